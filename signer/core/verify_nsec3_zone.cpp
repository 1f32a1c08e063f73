// NSEC3 in the whole zone: the names of all stretches against the records of all stretches, both in
// the order of their hashes.
#include <fmt/format.h>

#include <algorithm>

#include "common/values/encoding.h"
#include "signer/core/verify_nsec3.h"
#include "signer/core/zone_parts.h"

namespace kaspar::signer::verification {

namespace {

constexpr std::uint32_t unknown = 0xfffffffe;  // no_ent is an answer

/// Puts the stretches in one row and by hash. Each is given up at once: there is no room for two.
template <typename Entry>
std::vector<Entry> sorted_row(std::vector<std::vector<Entry>>& stretches) {
    std::size_t size = 0;
    for (const auto& stretch : stretches)
        size += stretch.size();
    std::vector<Entry> row;
    row.reserve(size);
    for (auto& stretch : stretches) {
        row.insert(row.end(), stretch.begin(), stretch.end());
        std::vector<Entry>().swap(stretch);
    }
    const auto less = [](const Entry& a, const Entry& b) { return a.hash < b.hash; };
    if (!std::is_sorted(row.begin(), row.end(), less))
        std::sort(row.begin(), row.end(), less);
    return row;
}

/// Names of the zone by their places, which are asked for in canonical order.
class Names {
  public:
    explicit Names(const ZoneParts& parts) : parts_(parts) {}

    Result<Bytes> at(const NamePlace& place) {
        if (!part_ || index_ != place.part) {
            KASPAR_TRY(part_, parts_.part(place.part));
            index_ = place.part;
        }
        if (place.node >= part_->nodes().size())
            return Fault{FaultClass::io, "a part of the zone changed while it was verified"};
        auto name = part_->owner(part_->nodes()[place.node]);
        for (unsigned i = 0; i < place.less; ++i)
            name = parent_of(name);
        return Bytes(name.begin(), name.end());
    }

  private:
    const ZoneParts& parts_;
    std::shared_ptr<const Zone> part_;
    std::uint32_t index_ = 0;
};

}  // namespace

// --- the stretches ---

/// The empty non-terminal with that hash among the last name seen and those above it; no_ent if it
/// has records; `unknown` if it is not there.
std::uint32_t Nsec3Zone::known_above(const NameHash& hash) const {
    for (const auto& above : last_)
        if (above.hash == hash)
            return above.ent;
    return unknown;
}

/// Numbers the stretch's empty non-terminals anew, and drops from its names those that an earlier
/// stretch knows. Returns the new number of each.
std::vector<std::uint32_t> Nsec3Zone::adopt_ents(Nsec3Stretch& stretch) {
    std::vector<std::uint32_t> numbers(stretch.ents.size());
    std::size_t known_names = 0;  // the topmost are known, then none is
    for (std::uint32_t i = 0; i < stretch.ents.size(); ++i) {
        const auto& ent = stretch.ents[i];
        const bool may_be_known = i < stretch.leading && i == known_names;
        const auto known = may_be_known ? known_above(stretch.names[i].hash) : unknown;
        if (known != unknown) {
            ++known_names;
            numbers[i] = known;
            if (ent.needed)
                mark_needed(ents_, known);
        } else {
            numbers[i] = static_cast<std::uint32_t>(ents_.size());
            ents_.push_back({ent.above == no_ent ? no_ent : numbers[ent.above], ent.needed});
        }
    }
    stretch.names.erase(stretch.names.begin(),
                        stretch.names.begin() + static_cast<std::ptrdiff_t>(known_names));
    return numbers;
}

void Nsec3Zone::append(Nsec3Stretch&& stretch) {
    const auto ents = adopt_ents(stretch);
    const auto adopted = [&](std::uint32_t ent) { return ent == no_ent ? no_ent : ents[ent]; };
    std::vector<std::uint32_t> bitmaps;
    for (std::uint32_t i = 0; i < stretch.bitmaps.size(); ++i)
        bitmaps.push_back(bitmaps_.number_of(stretch.bitmaps[i]));
    for (auto& name : stretch.names) {
        name.bitmap = bitmaps[name.bitmap];
        name.ent = adopted(name.ent);
    }
    for (auto& present : stretch.present)
        present.bitmap = bitmaps[present.bitmap];
    if (!stretch.last.empty()) {
        for (auto& above : stretch.last)
            above.ent = adopted(above.ent);
        last_ = std::move(stretch.last);
    }
    stretch.names.shrink_to_fit();
    stretch.present.shrink_to_fit();
    name_stretches_.push_back(std::move(stretch.names));
    present_stretches_.push_back(std::move(stretch.present));
}

// --- names against records ---

/// Calls on_name(name, record, is_its_own) for each name, with its own record or the one whose span
/// its hash falls into: the last one before it, around the circle. And on_unclaimed for each record
/// that is no name's.
template <typename OnName, typename OnUnclaimed>
void Nsec3Zone::match(OnName&& on_name, OnUnclaimed&& on_unclaimed) const {
    std::uint32_t at = 0;
    const auto end = static_cast<std::uint32_t>(present_.size());
    bool claimed = false;
    for (std::uint32_t i = 0; i < names_.size(); ++i) {
        for (; at < end && present_[at].hash < names_[i].hash; ++at) {
            if (!claimed)
                on_unclaimed(at);
            claimed = false;
        }
        const bool own = at < end && present_[at].hash == names_[i].hash;
        claimed = claimed || own;
        on_name(i, own ? at : at == 0 ? end - 1 : at - 1, own);
    }
    for (; at < end; ++at) {
        if (!claimed)
            on_unclaimed(at);
        claimed = false;
    }
}

// An empty non-terminal must have its NSEC3 if any name below it has or must have one.
void Nsec3Zone::mark_ents() {
    const auto on_name = [&](std::uint32_t i, std::uint32_t, bool own) {
        const auto& name = names_[i];
        if (own && name.ent != no_ent)
            mark_needed(ents_, name.is_empty() ? ents_[name.ent].above : name.ent);
    };
    match(on_name, [](std::uint32_t) {});
}

bool Nsec3Zone::is_needed(const HashedName& name) const {
    return name.is_empty() ? ents_[name.ent].needed : name.needed;
}

bool Nsec3Zone::is_wrong(const HashedName& name, const PresentHash& present) const {
    if (present.hash == name.hash)
        return present.bitmap != name.bitmap;
    return is_needed(name) || !present.opts_out;
}

Outcome Nsec3Zone::inspect(Findings& findings) {
    names_ = sorted_row(name_stretches_);
    present_ = sorted_row(present_stretches_);
    if (present_.empty())
        findings.problem(apex_.name(), rr::nsec3, "there are no NSEC3 records");
    if (present_.empty() || !apex_.hashing)
        return Done{};
    mark_ents();
    std::vector<Mismatch> mismatches;
    std::vector<std::uint32_t> unclaimed;
    const auto on_name = [&](std::uint32_t name, std::uint32_t present, bool) {
        if (is_wrong(names_[name], present_[present]))
            mismatches.push_back({name, present});
    };
    match(on_name, [&](std::uint32_t present) { unclaimed.push_back(present); });
    KASPAR_CHECK(tell(std::move(mismatches), findings));
    return tell_unclaimed(unclaimed, findings);
}

// --- telling ---

std::string Nsec3Zone::words_for_absence(const HashedName& name, const PresentHash& span) const {
    auto words = fmt::format(
        "{} ({})",
        name.is_empty() ? "this empty non-terminal has no NSEC3 record" : "has no NSEC3 record",
        to_base32hex(name.hash));
    if (span.opts_out)
        words += ": opt-out may leave out delegations without DS only (RFC 5155 §6)";
    else if (!is_needed(name))
        words += ", and the span that covers it is not opt-out";
    return words;
}

std::string Nsec3Zone::words_for(const HashedName& name, const PresentHash& present) const {
    if (present.hash != name.hash)
        return words_for_absence(name, present);
    const auto said = read_bitmap(bitmaps_[present.bitmap]);
    const auto there = read_bitmap(bitmaps_[name.bitmap]);
    return bitmap_difference(said.value_or(TypeSet()), there.value_or(TypeSet()));
}

// In canonical order; parts are read again for the names that are listed.
Outcome Nsec3Zone::tell(std::vector<Mismatch> mismatches, Findings& findings) const {
    const auto earlier = [&](const Mismatch& a, const Mismatch& b) {
        return names_[a.name].place < names_[b.name].place;
    };
    std::sort(mismatches.begin(), mismatches.end(), earlier);
    Names names(apex_.request.zone);
    std::uint64_t told = 0;
    for (const auto& [name, present] : mismatches) {
        if (!findings.lists_more_problems())
            break;
        KASPAR_TRY(const auto owner, names.at(names_[name].place));
        findings.problem(owner, rr::nsec3, words_for(names_[name], present_[present]));
        ++told;
    }
    findings.more_problems(mismatches.size() - told);
    return Done{};
}

Outcome Nsec3Zone::tell_unclaimed(const std::vector<std::uint32_t>& unclaimed,
                                  Findings& findings) const {
    Names names(apex_.request.zone);
    std::uint64_t told = 0;
    for (const auto index : unclaimed) {
        if (!findings.lists_more_problems())
            break;
        KASPAR_TRY(const auto owner, names.at({present_[index].part, present_[index].node, 0}));
        findings.problem(owner, rr::nsec3, "no name of the zone has this hash");
        ++told;
    }
    findings.more_problems(unclaimed.size() - told);
    return Done{};
}

}  // namespace kaspar::signer::verification

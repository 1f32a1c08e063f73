// NSEC3 in a stretch of the zone: the names hashed, the records read.
#include "signer/core/verify_nsec3.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/values/digest.h"
#include "common/values/encoding.h"

namespace kaspar::signer::verification {

namespace {

std::string_view as_text(BytesView octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

}  // namespace

std::optional<NameHash> owner_hash(BytesView owner, BytesView apex) {
    if (label_count(owner) != label_count(apex) + 1)
        return std::nullopt;
    const auto hash = from_base32hex(as_text(owner.subspan(1, owner[0])));
    NameHash octets;
    if (!hash || hash->size() != octets.size())
        return std::nullopt;
    std::copy(hash->begin(), hash->end(), octets.begin());
    return octets;
}

std::uint32_t BitmapTable::find(BytesView field) const {
    const auto found = numbers_.find(as_text(field));
    return found == numbers_.end() ? unknown : found->second;
}

std::uint32_t BitmapTable::number_of(BytesView field) {
    if (const auto known = find(field); known != unknown)
        return known;
    const auto number = size();
    numbers_.emplace(as_text(field), number);
    fields_.emplace_back(field.begin(), field.end());
    return number;
}

bool NamePlace::operator<(const NamePlace& other) const {
    if (part != other.part)
        return part < other.part;
    return node != other.node ? node < other.node : less > other.less;
}

void mark_needed(std::vector<EmptyNonTerminal>& ents, std::uint32_t ent) {
    for (; ent != no_ent && !ents[ent].needed; ent = ents[ent].above)
        ents[ent].needed = true;
}

Nsec3Inspector::Nsec3Inspector(const Apex& apex, std::uint32_t part, ChainStretch& chain,
                               Findings& findings, Nsec3Stretch& out)
    : apex_(apex), part_(part), chain_(chain), findings_(findings), out_(out) {
    above_.push_back({apex.name(), {}, no_ent});
}

void Nsec3Inspector::inspect(const NodeView& view) {
    if (view.nsec != nullptr)
        findings_.problem(view.owner, rr::nsec, "an NSEC record in a zone with an NSEC3 chain");
    if (view.nsec3 != nullptr)
        add_present(view);
    if (view.is_name() && apex_.hashing)
        add_name(view);
}

// --- the names ---

// In canonical order the names above a name are those last seen that it is below.
void Nsec3Inspector::add_name(const NodeView& view) {
    while (above_.size() > 1 && !is_within(view.owner, above_.back().name))
        above_.pop_back();
    add_empty(view, view.owner);
    if (!any_name_)
        out_.leading = out_.names.size();
    any_name_ = true;
    const auto ent = above_.back().ent;
    const bool needed = view.standing == Standing::authoritative || view.has_ds;
    if (needed)
        mark_needed(out_.ents, ent);
    const auto hash = hash_of(view.owner);
    out_.names.push_back(
        {hash, expected_bitmap(view), needed ? no_ent : ent, {part_, view.index, 0}, needed});
    above_.push_back({view.owner, hash, no_ent});
}

/// The names between `name` and the last of those above it, the topmost first.
void Nsec3Inspector::add_empty(const NodeView& view, BytesView name) {
    const auto labels = label_count(name);
    for (auto depth = label_count(above_.back().name) + 1; depth < labels; ++depth) {
        auto empty = name;
        for (auto less = labels; less > depth; --less)
            empty = parent_of(empty);
        const auto ent = static_cast<std::uint32_t>(out_.ents.size());
        out_.ents.push_back({above_.back().ent, false});
        const auto hash = hash_of(empty);
        out_.names.push_back({hash,
                              out_.bitmaps.number_of({}),
                              ent,
                              {part_, view.index, static_cast<std::uint8_t>(labels - depth)},
                              false});
        above_.push_back({empty, hash, ent});
    }
}

void Nsec3Inspector::finish() {
    const auto first = static_cast<std::ptrdiff_t>(1);  // the apex is there as a boundary
    for (auto above = above_.begin() + first; above != above_.end(); ++above)
        out_.last.push_back({above->hash, above->ent});
}

// RFC 5155 §5.
NameHash Nsec3Inspector::hash_of(BytesView name) {
    octets_.clear();
    append_lower(name, octets_);
    append(apex_.hashing->salt, octets_);
    auto hash = sha1_octets(octets_);
    for (unsigned i = 0; i < apex_.hashing->iterations; ++i) {
        octets_.assign(hash.begin(), hash.end());
        append(apex_.hashing->salt, octets_);
        hash = sha1_octets(octets_);
    }
    return hash;
}

// RFC 5155 §7.1: RRSIG is named wherever the name has signatures, so not at an insecure delegation
// or an empty non-terminal.
std::uint32_t Nsec3Inspector::expected_bitmap(const NodeView& view) {
    view.denied_types(types_);
    if (view.standing == Standing::authoritative || view.has_ds)
        types_.insert(std::lower_bound(types_.begin(), types_.end(), rr::rrsig), rr::rrsig);
    write_bitmap(types_, octets_);
    return out_.bitmaps.number_of(octets_);
}

// --- the records ---

void Nsec3Inspector::add_present(const NodeView& view) {
    const auto hash = owner_hash(view.owner, apex_.name());
    if (!hash)
        return findings_.problem(
            view.owner, rr::nsec3,
            "its owner is not a base32hex SHA-1 hash directly below the apex (RFC "
            "5155 §3)");
    const auto record = read_nsec3(view.zone.rdata(*view.nsec3, 0));
    const auto bitmap = record ? said_bitmap(record->bitmap) : BitmapTable::unknown;
    if (bitmap == BitmapTable::unknown)
        return findings_.problem(view.owner, rr::nsec3, "malformed RDATA");
    const auto& parameters = record->parameters;
    out_.present.push_back(
        {*hash, bitmap, part_, view.index, (parameters.flags & nsec3_flag_opt_out) != 0});
    chain_.add(view.owner, *hash, record->next);
    inspect_parameters(view, parameters);
}

/// BitmapTable::unknown: it is malformed. Every field in the table is well-formed.
std::uint32_t Nsec3Inspector::said_bitmap(BytesView field) {
    const auto known = out_.bitmaps.find(field);
    if (known != BitmapTable::unknown || !read_bitmap(field))
        return known;
    return out_.bitmaps.number_of(field);
}

void Nsec3Inspector::inspect_parameters(const NodeView& view, const Nsec3Parameters& own) {
    const auto problem = [&](std::string words) {
        findings_.problem(view.owner, rr::nsec3, std::move(words));
    };
    if (own.hash != nsec3_hash_sha1)
        problem(fmt::format("hash algorithm {} is unknown (RFC 5155 §11)", own.hash));
    if ((own.flags & ~nsec3_flag_opt_out) != 0)
        problem(fmt::format("its flags are {}, and must be 0 or 1 (RFC 5155 §3.1.2)", own.flags));
    if (apex_.hashing && own.iterations != apex_.hashing->iterations)
        problem(fmt::format("it has {} iterations, NSEC3PARAM has {}", own.iterations,
                            apex_.hashing->iterations));
    if (apex_.hashing && !same_octets(own.salt, apex_.hashing->salt))
        problem("its salt is not that of NSEC3PARAM");
    if (view.nsec3->ttl != apex_.negative_ttl)
        problem(
            fmt::format("its TTL is {}, and must be {}: the lesser of the SOA's TTL and its "
                        "minimum (RFC 9077)",
                        view.nsec3->ttl, apex_.negative_ttl));
}

}  // namespace kaspar::signer::verification

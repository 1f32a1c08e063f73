#include "signer/core/verify_stretch.h"

#include <algorithm>

#include "signer/core/zone_parts.h"

namespace kaspar::signer::verification {

namespace {

constexpr std::size_t sample_size = 1000;  // signatures of the whole zone

/// The uppermost delegation or DNAME above the node, which hides it; empty: nothing does.
BytesView cut_above(const Zone& zone, const Node& node, BytesView apex) {
    BytesView cut;
    auto name = zone.owner(node);
    while (name.size() > apex.size()) {
        name = parent_of(name);
        const auto* above = zone.find(name);
        if (above == nullptr)
            continue;
        const bool delegates = zone.find(*above, rr::ns) != nullptr && name.size() > apex.size();
        if (delegates || zone.find(*above, rr::dname) != nullptr)
            cut = name;
    }
    return cut;
}

/// Nothing that is hidden is parted from what hides it: all of it follows its cut, and what comes
/// next is below none. The threads get enough stretches to share, and the number of threads makes
/// no difference.
std::vector<std::uint32_t> stretch_starts(const Zone& zone, BytesView apex) {
    constexpr std::size_t least = 256, most_stretches = 250;
    const auto nodes = zone.nodes();
    const auto size = std::max(least, nodes.size() / most_stretches);
    std::vector<std::uint32_t> starts = {0};
    for (std::size_t at = size; at < nodes.size(); at += size) {
        if (const auto cut = cut_above(zone, nodes[at], apex); !cut.empty())
            while (at < nodes.size() && is_within(zone.owner(nodes[at]), cut))
                ++at;
        if (at < nodes.size())
            starts.push_back(static_cast<std::uint32_t>(at));
    }
    return starts;
}

std::uint64_t count_signatures(const Stretch& stretch) {
    std::uint64_t count = 0;
    for (auto i = stretch.first; i < stretch.end; ++i)
        for (const auto& rrset : stretch.part->rrsets(stretch.part->nodes()[i]))
            if (rrset.type == rr::rrsig)
                count += rrset.record_count;
    return count;
}

/// Walks by the names of one stretch.
class Walk {
  public:
    Walk(const Apex& apex, std::uint32_t part, SignatureChecker* checker, DigestedOctets* digested,
         StretchResult& result)
        : apex_(apex),
          digested_(digested),
          result_(result),
          chain_(apex.denial, result.chain_findings),
          nsec_(apex, chain_, result.findings),
          nsec3_(apex, part, chain_, result.findings, result.nsec3) {
        if (checker != nullptr)
            signatures_.emplace(apex, *checker, result.signatures, result.findings);
    }

    void take(NodeView&& view) {
        inspect_owner(view);
        cuts_.settle(view);
        count(view);
        inspect_data(view, result_.findings);
        if (signatures_)
            inspect_dnssec(view);
        else
            refuse_dnssec_records(view, result_.findings);
        if (digested_ != nullptr)
            digested_->append(view, result_.digested);
    }

    void finish() {
        result_.last_owner = copy_of(owner_);
        result_.open_cut = copy_of(cuts_.open());
        result_.chain = chain_.ends();
        nsec3_.finish();
    }

  private:
    void inspect_owner(const NodeView& view) {
        if (!is_within(view.owner, apex_.name()))
            result_.findings.problem(view.owner, view.rrsets[0].type,
                                     "is not within the zone " + apex_.request.zone.apex().text());
        if (owner_.empty()) {
            result_.first_owner = copy_of(view.owner);
            result_.first_owner_type = view.rrsets[0].type;
        } else if (compare_names(owner_, view.owner) >= 0) {
            result_.findings.problem(
                view.owner, view.rrsets[0].type,
                "the names are not in canonical order: this is an error in Kaspar");
        }
        owner_ = view.owner;
    }

    void count(const NodeView& view) {
        if (view.standing != Standing::hash && result_.first_name.empty()) {
            result_.first_name = copy_of(view.owner);
            result_.first_name_type = view.rrsets[0].type;
        }
        result_.names += view.is_name() ? 1 : 0;
        for (const auto& rrset : view.rrsets)
            result_.records += rrset.record_count;
        result_.nsec_records += view.nsec != nullptr ? view.nsec->record_count : 0;
        result_.nsec3_records += view.nsec3 != nullptr ? view.nsec3->record_count : 0;
    }

    void inspect_dnssec(const NodeView& view) {
        signatures_->inspect(view);
        if (apex_.denial == Denial::nsec)
            nsec_.inspect(view);
        if (apex_.denial == Denial::nsec3)
            nsec3_.inspect(view);
    }

    const Apex& apex_;
    DigestedOctets* digested_;
    StretchResult& result_;
    Cuts cuts_;
    ChainStretch chain_;
    NsecInspector nsec_;
    Nsec3Inspector nsec3_;
    std::optional<SignatureInspector> signatures_;
    BytesView owner_ = {};
};

}  // namespace

Stretches::Stretches(const Apex& apex) : apex_(apex) {
    if (apex.request.zone.count() == 1)
        starts_ = stretch_starts(*apex.part, apex.name());
}

std::size_t Stretches::count() const {
    return starts_.empty() ? apex_.request.zone.count() : starts_.size();
}

Result<Stretch> Stretches::at(std::size_t index) const {
    const auto nodes = [](const Zone& zone) {
        return static_cast<std::uint32_t>(zone.nodes().size());
    };
    if (!starts_.empty())
        return Stretch{apex_.part, 0, starts_[index],
                       index + 1 < starts_.size() ? starts_[index + 1] : nodes(*apex_.part)};
    if (index == 0)
        return Stretch{apex_.part, 0, 0, nodes(*apex_.part)};
    KASPAR_TRY(auto part, apex_.request.zone.part(index));
    const auto end = nodes(*part);
    return Stretch{std::move(part), static_cast<std::uint32_t>(index), 0, end};
}

Result<StretchResult> StretchInspector::inspect(const Stretch& stretch, std::size_t stretches) {
    StretchResult result;
    if (stretch.first == stretch.end)
        return result;
    if (checker_)
        KASPAR_CHECK(choose_signatures(stretch, stretches));
    walk(stretch, result);
    return result;
}

Outcome StretchInspector::choose_signatures(const Stretch& stretch, std::size_t stretches) {
    const auto& request = apex_.request;
    checker_->check_all();
    if (request.extent == VerifyExtent::sample)
        checker_->check_sample(count_signatures(stretch),
                               (sample_size + stretches - 1) / stretches);
    if (request.extent == VerifyExtent::fresh && request.last != nullptr) {
        const auto& nodes = stretch.part->nodes();
        KASPAR_TRY(auto last,
                   LastStretch::read(*request.last, stretch.part->owner(nodes[stretch.first]),
                                     stretch.part->owner(nodes[stretch.end - 1])));
        checker_->check_fresh(std::move(last));
    }
    return Done{};
}

void StretchInspector::walk(const Stretch& stretch, StretchResult& result) {
    Walk walk(apex_, stretch.index, checker_ ? &*checker_ : nullptr,
              digests_ ? &digested_ : nullptr, result);
    for (auto i = stretch.first; i < stretch.end; ++i)
        walk.take(NodeView(*stretch.part, i, apex_.name()));
    walk.finish();
}

}  // namespace kaspar::signer::verification

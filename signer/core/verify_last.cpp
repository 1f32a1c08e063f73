#include "signer/core/verify_last.h"

#include <algorithm>

namespace kaspar::signer::verification {

namespace {

bool same_records(const Zone& a, const RRset& of_a, const Zone& b, const RRset& of_b) {
    if (of_a.record_count != of_b.record_count)
        return false;
    for (std::uint32_t i = 0; i < of_a.record_count; ++i)
        if (!same_octets(a.rdata(of_a, i), b.rdata(of_b, i)))
            return false;
    return true;
}

}  // namespace

Bytes name_after(BytesView name) {
    constexpr std::size_t longest_name = 255;  // RFC 1035 §2.3.4
    Bytes after;
    if (name.size() + 2 > longest_name)
        return after;
    after = {1, 0};  // the label \000 is before all others
    append(name, after);
    return after;
}

bool holds(const Zone& zone, const RRset& rrset, BytesView rdata) {
    for (std::uint32_t i = 0; i < rrset.record_count; ++i)
        if (same_octets(rdata, zone.rdata(rrset, i)))
            return true;
    return false;
}

Result<LastStretch> LastStretch::read(const ZoneByOwner& zone, BytesView first, BytesView last) {
    const auto end = name_after(last);
    KASPAR_TRY(auto stretch, zone.between(first, end).within("reading the last signed zone"));
    LastStretch made(std::move(stretch));
    const auto nodes = made.zone_->nodes();
    const auto at = std::partition_point(nodes.begin(), nodes.end(), [&](const Node& node) {
        return compare_names(made.zone_->owner(node), first) < 0;
    });
    made.at_ = static_cast<std::size_t>(at - nodes.begin());
    return made;
}

// In step with the new zone: the names of both are mostly the same.
const Node* LastStretch::find(BytesView owner) {
    const auto nodes = zone_->nodes();
    for (; at_ < nodes.size(); ++at_) {
        const auto here = zone_->owner(nodes[at_]);
        if (same_name(here, owner))
            return &nodes[at_];
        if (compare_names(here, owner) > 0)
            break;
    }
    return nullptr;
}

bool LastStretch::had(const NodeView& view, const RRset& rrset, BytesView rrsig) {
    const auto* node = find(view.owner);
    const auto* before = node != nullptr ? zone_->find(*node, rrset.type) : nullptr;
    const auto* rrsigs = before != nullptr ? zone_->find(*node, rr::rrsig, rrset.type) : nullptr;
    return rrsigs != nullptr && holds(*zone_, *rrsigs, rrsig) &&
           same_records(view.zone, rrset, *zone_, *before);
}

}  // namespace kaspar::signer::verification

#include "signer/core/cuts.h"

#include "signer/core/name_order.h"

namespace kaspar::signer {

bool is_signed(NodeKind kind, std::uint16_t type) {
    if (is_hidden(kind) || type == rr::rrsig)
        return false;
    return kind != NodeKind::delegation || type == rr::ds || type == rr::nsec;
}

// In canonical order all names below a cut follow it at once, so one cut at a time is enough.
NodeKind CutWalk::next(const Node& node) {
    const auto owner = zone_.owner(node);
    if (!cut_.empty() && name_is_within(owner, cut_))
        return below_cut_;
    const bool apex = same_name(owner, zone_.apex().wire());
    const bool delegation = !apex && zone_.find(node, rr::ns) != nullptr;
    if (delegation || zone_.find(node, rr::dname) != nullptr) {
        cut_ = owner;
        below_cut_ = delegation ? NodeKind::below_delegation : NodeKind::below_dname;
    }
    return apex ? NodeKind::apex : delegation ? NodeKind::delegation : NodeKind::authoritative;
}

std::vector<NodeKind> classify_nodes(const Zone& zone) {
    std::vector<NodeKind> kinds;
    kinds.reserve(zone.nodes().size());
    CutWalk walk(zone);
    for (const auto& node : zone.nodes())
        kinds.push_back(walk.next(node));
    return kinds;
}

}  // namespace kaspar::signer

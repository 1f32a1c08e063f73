#include "signer/core/verify_node.h"

#include <algorithm>

namespace kaspar::signer::verification {

NodeView::NodeView(const Zone& part, std::uint32_t at, BytesView apex)
    : zone(part),
      index(at),
      owner(part.owner(part.nodes()[at])),
      rrsets(part.rrsets(part.nodes()[at])),
      is_apex(same_name(owner, apex)) {
    for (const auto& rrset : rrsets) {
        has_ns |= rrset.type == rr::ns;
        has_ds |= rrset.type == rr::ds;
        has_cname |= rrset.type == rr::cname;
        has_dname |= rrset.type == rr::dname;
        if (rrset.type == rr::nsec)
            nsec = &rrset;
        if (rrset.type == rr::nsec3)
            nsec3 = &rrset;
    }
}

bool NodeView::holds_nsec3_only() const {
    return std::all_of(rrsets.begin(), rrsets.end(), [](const RRset& rrset) {
        return rrset.type == rr::nsec3 || rrset.covered == rr::nsec3;
    });
}

bool NodeView::must_be_signed(std::uint16_t type) const {
    if (type == rr::rrsig)
        return false;
    if (type == rr::nsec3)
        return true;
    switch (standing) {
        case Standing::authoritative:
            return true;
        case Standing::delegation:
            return type == rr::ds || type == rr::nsec;
        case Standing::occluded:
        case Standing::hash:
            break;
    }
    return false;
}

void NodeView::denied_types(TypeSet& types) const {
    types.clear();
    for (const auto& rrset : rrsets) {
        const bool denial =
            rrset.type == rr::rrsig || rrset.type == rr::nsec || rrset.type == rr::nsec3;
        const bool own =
            standing != Standing::delegation || rrset.type == rr::ns || rrset.type == rr::ds;
        if (!denial && own)
            types.push_back(rrset.type);
    }
}

void Cuts::settle(NodeView& view) {
    if (view.holds_nsec3_only()) {
        view.standing = Standing::hash;
    } else if (!cut_.empty() && is_within(view.owner, cut_)) {
        view.standing = Standing::occluded;
        view.below_dname = is_dname_ ? cut_ : BytesView{};
    } else {
        const bool delegated = view.has_ns && !view.is_apex;
        view.standing = delegated ? Standing::delegation : Standing::authoritative;
        cut_ = delegated || view.has_dname ? view.owner : BytesView{};
        is_dname_ = !delegated;
    }
}

}  // namespace kaspar::signer::verification

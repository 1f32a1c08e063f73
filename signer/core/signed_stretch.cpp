#include "signer/core/signed_stretch.h"

#include <algorithm>

#include "signer/core/name_order.h"

namespace kaspar::signer {

namespace {

/// Adds a node's RRsets and, if it is that node's, the chain's next record at its place by type.
void add_node(std::span<const RRsetView> rrsets, const RRsetView* denial,
              std::vector<RRsetView>& out) {
    const auto place = std::find_if(rrsets.begin(), rrsets.end(), [&](const RRsetView& rrset) {
        return denial != nullptr && rrset.type > denial->type;
    });
    out.insert(out.end(), rrsets.begin(), place);
    if (denial != nullptr)
        out.push_back(*denial);
    out.insert(out.end(), place, rrsets.end());
}

void add_all(const Content& content, const DenialChain& chain, std::vector<RRsetView>& out) {
    std::size_t next = 0;
    for (const auto& node : content.nodes) {
        auto order = std::strong_ordering::greater;
        while (next < chain.size()) {
            const auto denial = chain.rrset(next);
            order = compare_names(denial.owner, node.owner);
            if (order >= 0)
                break;
            out.push_back(denial);
            ++next;
        }
        const bool here = next < chain.size() && order == 0;
        const auto denial = here ? chain.rrset(next++) : RRsetView{};
        add_node(content.rrsets_of(node), here ? &denial : nullptr, out);
    }
    for (; next < chain.size(); ++next)
        out.push_back(chain.rrset(next));
}

}  // namespace

void append_signature(BytesView rdata, Bytes& block) {
    block.push_back(static_cast<std::uint8_t>(rdata.size() >> 8));
    block.push_back(static_cast<std::uint8_t>(rdata.size()));
    block.insert(block.end(), rdata.begin(), rdata.end());
}

std::size_t SignedStretch::apex_index(std::uint16_t type) const {
    for (std::size_t i = 0; i < rrsets.size() && is_at_apex(i); ++i)
        if (rrsets[i].type == type)
            return i;
    require(false, "the zone has the apex RRset that was put there");
    return 0;
}

SignedStretch merge(const Content& content, DenialChain chain) {
    SignedStretch stretch;
    stretch.chain = std::move(chain);
    stretch.rrsets.reserve(content.rrsets.size() + stretch.chain.size());
    add_all(content, stretch.chain, stretch.rrsets);
    stretch.spots.resize(stretch.rrsets.size());
    stretch.has_apex = !content.nodes.empty() && content.nodes.front().kind == NodeKind::apex;
    return stretch;
}

}  // namespace kaspar::signer

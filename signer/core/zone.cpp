#include "signer/core/zone.h"

#include <algorithm>
#include <utility>

#include "signer/core/name_order.h"

namespace kaspar::signer {

namespace {

/// What a large block does not use costs no memory, but moving it costs time.
template <typename T>
void shrink_if_largely_unused(std::vector<T>& block) {
    if (block.capacity() - block.size() > block.size() / 4)
        block.shrink_to_fit();
}

}  // namespace

// A name may have 65,535 types.
const RRset* Zone::find(const Node& node, std::uint16_t type, std::uint16_t covered) const {
    const auto all = rrsets(node);
    const auto at = std::lower_bound(all.begin(), all.end(), std::pair(type, covered),
                                     [](const RRset& rrset, const auto& wanted) {
                                         return std::pair(rrset.type, rrset.covered) < wanted;
                                     });
    return at != all.end() && at->type == type && at->covered == covered ? &*at : nullptr;
}

const Node* Zone::find(BytesView owner_name) const {
    const auto at = std::lower_bound(
        nodes_.begin(), nodes_.end(), owner_name,
        [this](const Node& node, BytesView name) { return compare_names(owner(node), name) < 0; });
    return at != nodes_.end() && same_name(owner(*at), owner_name) ? &*at : nullptr;
}

std::uint64_t Zone::memory() const {
    return nodes_.capacity() * sizeof(Node) + rrsets_.capacity() * sizeof(RRset) +
           records_.capacity() * sizeof(Extent) + names_.capacity() + rdata_.capacity();
}

void Zone::append(const Zone& next) {
    const auto names = names_.size(), rdata = rdata_.size();
    const auto rrsets = static_cast<std::uint32_t>(rrsets_.size());
    const auto records = static_cast<std::uint32_t>(records_.size());
    for (const auto& node : next.nodes_)
        nodes_.push_back({{names + node.name.at(), node.name.size()},
                          rrsets + node.first_rrset,
                          node.rrset_count});
    for (auto rrset : next.rrsets_) {
        rrset.first_record += records;
        rrsets_.push_back(rrset);
    }
    for (const auto& record : next.records_)
        records_.push_back({rdata + record.at(), record.size()});
    names_.insert(names_.end(), next.names_.begin(), next.names_.end());
    rdata_.insert(rdata_.end(), next.rdata_.begin(), next.rdata_.end());
}

void Zone::shrink() {
    shrink_if_largely_unused(nodes_);
    shrink_if_largely_unused(rrsets_);
    shrink_if_largely_unused(records_);
    shrink_if_largely_unused(names_);
    shrink_if_largely_unused(rdata_);
}

}  // namespace kaspar::signer

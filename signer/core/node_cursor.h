// Finds owners in a zone when they are asked for in canonical order: each step goes on from the
// last.
#pragma once

#include <algorithm>
#include <span>

#include "signer/core/name_order.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

class NodeCursor {
  public:
    /// `zone` is borrowed; nullptr: nothing is found.
    explicit NodeCursor(const Zone* zone) : zone_(zone) {
        if (zone != nullptr)
            rest_ = zone->nodes();
    }

    /// The node with that owner, or nullptr. No owner may be before the one asked for last.
    const Node* find(BytesView owner) {
        auto order = std::strong_ordering::greater;
        while (!rest_.empty() && (order = compare_names(zone_->owner(rest_.front()), owner)) < 0)
            rest_ = rest_.subspan(1);
        return !rest_.empty() && order == 0 ? &rest_.front() : nullptr;
    }

  private:
    const Zone* zone_;
    std::span<const Node> rest_;
};

/// The nodes from `first` on and before `end` (wire format; `end` empty: to the end).
inline std::span<const Node> nodes_between(const Zone& zone, BytesView first, BytesView end) {
    const auto from = [&zone](BytesView owner) {
        return std::lower_bound(zone.nodes().begin(), zone.nodes().end(), owner,
                                [&zone](const Node& node, BytesView name) {
                                    return compare_names(zone.owner(node), name) < 0;
                                });
    };
    return {from(first), end.empty() ? zone.nodes().end() : from(end)};
}

}  // namespace kaspar::signer

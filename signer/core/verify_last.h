// The last zone beside the new one, name by name: whether a signature stood in it already. For the
// verifier only.
#pragma once

#include <memory>

#include "signer/core/verify_node.h"
#include "signer/core/zone_parts.h"

namespace kaspar::signer::verification {

/// The name that follows at once in canonical order; empty if it would be too long.
Bytes name_after(BytesView name);

/// True if one of the RRset's records has this RDATA.
bool holds(const Zone& zone, const RRset& rrset, BytesView rdata);

/// A stretch of the last zone. Its names are asked for in canonical order.
class LastStretch {
  public:
    /// From the owner `first` to the owner `last`. Fault: it cannot be read.
    static Result<LastStretch> read(const ZoneByOwner& zone, BytesView first, BytesView last);

    /// True if the owner had this RRset, record by record, with this RRSIG.
    bool had(const NodeView& view, const RRset& rrset, BytesView rrsig);

  private:
    explicit LastStretch(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}
    const Node* find(BytesView owner);

    std::shared_ptr<const Zone> zone_;
    std::size_t at_ = 0;  ///< no node before this one comes after the name that was asked for
};

}  // namespace kaspar::signer::verification

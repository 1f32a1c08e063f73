// The links of the denial chain, NSEC or NSEC3, in the order of the zone: for an NSEC3 chain the
// order of the owners is that of the hashes (RFC 5155 §1.2). For the verifier only.
#pragma once

#include <optional>

#include "signer/core/verify_apex.h"
#include "signer/core/verify_node.h"

namespace kaspar::signer::verification {

/// What is still to be told of a stretch of the chain once its neighbours are known.
struct ChainEnds {
    Bytes first;                          ///< owner or hash; empty: no chain in this stretch
    Bytes last_owner;                     ///< of the last record
    std::optional<Bytes> last_next = {};  ///< its next name or hash; absent: no good record
};

/// A stretch of the chain, handed over record by record. Borrows what it is given.
class ChainStretch {
  public:
    ChainStretch(Denial kind, Findings& findings) : kind_(kind), findings_(findings) {}

    /// `self`: the owner or, for NSEC3, the hash in it.
    void add(BytesView owner, BytesView self, std::optional<BytesView> next);

    ChainEnds ends() const;

  private:
    Denial kind_;
    Findings& findings_;
    Bytes first_;
    BytesView owner_ = {};
    std::optional<BytesView> next_ = {};
};

/// The stretches of the whole zone, in their order.
class Chain {
  public:
    Chain(const Apex& apex, Findings& findings) : apex_(apex), findings_(findings) {}

    /// `found`: what was found within the stretch.
    void append(ChainEnds&& ends, Findings&& found);

    /// The last points to the first: in an NSEC chain that is the apex (RFC 4034 §4.1.1).
    void close();

  private:
    void link(BytesView next);

    const Apex& apex_;
    Findings& findings_;
    ChainEnds ends_;
};

/// NSEC at a name (RFC 4034 §4, RFC 4035 §2.3); keeps its buffers.
class NsecInspector {
  public:
    NsecInspector(const Apex& apex, ChainStretch& chain, Findings& findings)
        : apex_(apex), chain_(chain), findings_(findings) {}

    void inspect(const NodeView& view);

  private:
    void inspect_name(const NodeView& view);
    void inspect_bitmap(const NodeView& view, BytesView bitmap);

    const Apex& apex_;
    ChainStretch& chain_;
    Findings& findings_;
    TypeSet types_;
    Bytes expected_;
};

}  // namespace kaspar::signer::verification

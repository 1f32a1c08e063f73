// What each owner name is to its zone, from the signer's point of view: what it speaks for, what it
// gives away, what lies hidden behind that (RFC 4035 §2.2, RFC 6672 §2.4). The verifier finds this
// out for itself.
#pragma once

#include <cstdint>
#include <vector>

#include "common/values/bytes.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

enum class NodeKind : std::uint8_t {
    apex,
    authoritative,
    delegation,        ///< NS below the apex: a zone cut; only DS and NSEC are signed here
    below_delegation,  ///< glue or occluded; never signed nor denied
    below_dname,       ///< occluded; never signed nor denied
};

constexpr bool is_hidden(NodeKind kind) {
    return kind == NodeKind::below_delegation || kind == NodeKind::below_dname;
}

/// True if an RRset of this type at such a node is signed. RRSIGs never are.
bool is_signed(NodeKind kind, std::uint16_t type);

/// Tells the kind of one node after the other, in canonical order.
class CutWalk {
  public:
    explicit CutWalk(const Zone& zone) : zone_(zone) {}
    NodeKind next(const Node& node);

  private:
    const Zone& zone_;
    BytesView cut_;  ///< owner of the last delegation or DNAME; empty: none yet
    NodeKind below_cut_ = NodeKind::authoritative;
};

/// The kind of every node of the zone, in the order of Zone::nodes(): one octet a node.
std::vector<NodeKind> classify_nodes(const Zone& zone);

}  // namespace kaspar::signer

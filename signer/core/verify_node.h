// One owner name of the zone as the verifier walks by it. For the verifier only.
#pragma once

#include <span>

#include "signer/core/verify_findings.h"
#include "signer/core/verify_wire.h"
#include "signer/core/zone.h"

namespace kaspar::signer::verification {

/// How a name stands to the zone (RFC 4035 §2.2, RFC 2181 §6).
enum class Standing : std::uint8_t {
    authoritative,
    delegation,  ///< NS below the apex: of its data, DS and NSEC are the zone's own
    occluded,    ///< below a delegation (glue) or a DNAME
    hash,        ///< holds NSEC3 records only: no name of the zone
};

struct NodeView {
    const Zone& zone;
    std::uint32_t index;  ///< in the zone's nodes
    BytesView owner;
    std::span<const RRset> rrsets;
    bool is_apex;

    Standing standing = Standing::authoritative;
    BytesView below_dname = {};  ///< occluded by the DNAME at this name; empty: not by a DNAME
    bool has_ns = false, has_ds = false, has_cname = false, has_dname = false;
    const RRset *nsec = nullptr, *nsec3 = nullptr;

    NodeView(const Zone& part, std::uint32_t at, BytesView apex);

    /// In the denial chain's sense a name: authoritative or a delegation.
    bool is_name() const {
        return standing == Standing::authoritative || standing == Standing::delegation;
    }
    bool holds_nsec3_only() const;

    /// True if the zone must hold signatures over this RRset of the node.
    bool must_be_signed(std::uint16_t type) const;

    /// Fills `types` with those that a type bitmap should name besides RRSIG and NSEC: all at an
    /// authoritative name, NS and DS at a delegation.
    void denied_types(TypeSet& types) const;
};

/// Tells the standings of the names, which are handed to it in canonical order, in which everything
/// below a name follows it at once.
class Cuts {
  public:
    void settle(NodeView& view);

    /// The last delegation or DNAME, while no name has followed that is not below it; empty: none.
    BytesView open() const { return cut_; }

  private:
    BytesView cut_ = {};
    bool is_dname_ = false;
};

/// The rules that hold without DNSSEC too: types that exclude or need each other, TTLs.
void inspect_data(const NodeView& view, Findings& findings);

/// In a zone without DNSKEY: no rest of a signing.
void refuse_dnssec_records(const NodeView& view, Findings& findings);

}  // namespace kaspar::signer::verification

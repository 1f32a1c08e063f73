// ZONEMD (RFC 8976): the digest over the whole zone. For the verifier only.
#pragma once

#include <optional>

#include "common/values/digest.h"
#include "signer/core/verify_apex.h"
#include "signer/core/verify_canonical.h"
#include "signer/core/verify_node.h"

namespace kaspar::signer::verification {

/// Writes what is digested of one name after the other; keeps its buffers.
class DigestedOctets {
  public:
    void append(const NodeView& view, Bytes& out);

  private:
    CanonicalRecords records_;
};

/// Takes the octets of the zone in canonical order, and holds the digests against those in it. Does
/// nothing if the apex has no ZONEMD.
class ZoneDigest {
  public:
    explicit ZoneDigest(const Apex& apex);

    bool is_wanted() const { return sha384_ || sha512_; }
    void add(BytesView octets);
    void inspect(SignedApex at);

  private:
    std::optional<Digest> sha384_, sha512_;
};

}  // namespace kaspar::signer::verification

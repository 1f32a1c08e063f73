// ZONEMD (RFC 8976): a digest over the whole zone, scheme SIMPLE, hash SHA-384.
#pragma once

#include <cstdint>

#include "common/values/bytes.h"
#include "signer/core/signed_stretch.h"

namespace kaspar::signer {

/// RDATA of a ZONEMD record for this serial and digest (RFC 8976 §2.2).
Bytes zonemd_rdata(std::uint32_t serial, BytesView digest);

/// The same as long as the digest is not known: zeros in its place.
Bytes unfinished_zonemd_rdata(std::uint32_t serial);

/// Appends the octets of a stretch that the digest is over. Everything but the ZONEMD RRset at the
/// apex is final and signed; that RRset and its signature are left out (RFC 8976 §3.3.1). The
/// digest is SHA-384 over those of all stretches in order.
void append_zonemd_octets(const SignedStretch& stretch, Bytes& out);

}  // namespace kaspar::signer

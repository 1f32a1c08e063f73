// ZONEMD (RFC 8976): a digest over the whole zone, scheme SIMPLE, hash SHA-384.
#pragma once

#include <cstdint>

#include "common/values/bytes.h"
#include "signer/core/signed_zone.h"

namespace kaspar::signer {

/// RDATA of a ZONEMD record for this serial and digest (RFC 8976 §2.2).
Bytes zonemd_rdata(std::uint32_t serial, BytesView digest);

/// The digest of a zone in which everything but the ZONEMD RRset is final and signed; that RRset
/// and its signature are left out (RFC 8976 §3.3.1).
Bytes zonemd_digest(const SignedZone& zone);

}  // namespace kaspar::signer

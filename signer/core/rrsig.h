// RRSIG records: their RDATA, and the octets that a signature is made over (RFC 4034 §3). Knows no
// key; the verifier has its own code.
#pragma once

#include <optional>

#include "common/formats/signing.h"
#include "common/values/bytes.h"
#include "common/values/time.h"
#include "signer/core/content.h"

namespace kaspar::signer {

/// RRSIG RDATA without the signature (RFC 4034 §3.1).
struct RrsigHead {
    std::uint16_t covered;
    std::uint8_t algorithm;
    std::uint8_t labels;
    std::uint32_t original_ttl;
    std::uint32_t expiration, inception;  ///< wire form (RFC 4034 §3.1.5)
    std::uint16_t tag;
    BytesView signer;  ///< wire format
};

/// Reads RRSIG RDATA; absent if it is malformed.
std::optional<RrsigHead> read_rrsig_head(BytesView rdata);

/// Appends the head's wire form, the signer's name in lower case (RFC 4034 §6.2, §3.1.8.1).
void append_rrsig_head(const RrsigHead& head, Bytes& out);

/// The Labels field for an owner: without the root label and a leftmost "*" (RFC 4034 §3.1.3).
std::uint8_t rrsig_labels(BytesView owner);

/// Appends the RRset's part of the signed octets: every record in canonical form and order, with
/// `original_ttl` (RFC 4034 §3.1.8.1). The message to sign is head ‖ this.
void append_rrset_to_sign(const RRsetView& rrset, Bytes& out);

/// What a signature is for; its validity and its signers depend on it.
enum class SignatureRole { keyset, denial, data };

/// keyset: DNSKEY, CDS, CDNSKEY; denial: NSEC, NSEC3; data: all else.
SignatureRole signature_role(std::uint16_t type);

Duration validity_for(const SignatureTimes& times, SignatureRole role);

/// now + validity ± jitter. The jitter depends on owner and type only, so that all signatures of an
/// RRset come due together, and those of a zone spread evenly over 2 × jitter.
Time expiration_for(const SignatureTimes& times, Time now, BytesView owner, std::uint16_t type);

}  // namespace kaspar::signer

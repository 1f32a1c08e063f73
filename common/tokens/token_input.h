// What a token is given to sign: a digest, a digest in its ASN.1 wrapping, or the message itself.
// Digests are made here, by the program's threads, so that a token's session only signs.
#pragma once

#include "common/values/algorithm.h"
#include "common/values/bytes.h"

namespace kaspar::token {

/// The input of C_Sign for a DNSSEC signature of `message`: for CKM_RSA_PKCS the DigestInfo
/// (RFC 8017 §9.2), for CKM_ECDSA the digest, for CKM_EDDSA the message (RFC 8080 §4).
Bytes token_input(Algorithm algorithm, BytesView message);

}  // namespace kaspar::token

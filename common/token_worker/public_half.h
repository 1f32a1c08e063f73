// The public half of a token's key, from its attributes into DNSKEY form (RFC 3110, 6605, 8080).
#pragma once

#include <functional>

#include "common/token_worker/cryptoki.h"

namespace kaspar::token {

/// Gives the value of an attribute; absent: the object has none.
using ReadAttribute = std::function<std::optional<Bytes>(CK_ATTRIBUTE_TYPE)>;

/// Fills kind and public_octets; leaves them if the key is of a kind that DNSSEC does not know, or
/// if this object does not tell its public half.
void read_public_half(const ReadAttribute& read, TokenKey& key);

/// CKA_EC_PARAMS of a curve: its object identifier in DER.
Bytes curve_parameters(Algorithm algorithm);

}  // namespace kaspar::token

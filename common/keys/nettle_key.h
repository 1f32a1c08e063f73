// Signing by Nettle: ECDSA P-384, where it is the fastest one.
#pragma once

#include <memory>

#include "common/keys/private_key.h"
#include "common/keys/signing_key.h"

namespace kaspar {

/// For ECDSAP384SHA384 keys. Fault: key.
Result<std::unique_ptr<SigningKey>> make_nettle_key(const PrivateKey& key);

}  // namespace kaspar

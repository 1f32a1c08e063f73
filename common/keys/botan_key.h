// Signing by Botan: ECDSA, where Botan is the faster one.
#pragma once

#include <memory>

#include "common/keys/private_key.h"
#include "common/keys/signing_key.h"

namespace kaspar {

/// For ECDSA keys. Fault: key.
Result<std::unique_ptr<SigningKey>> make_botan_key(const PrivateKey& key);

}  // namespace kaspar

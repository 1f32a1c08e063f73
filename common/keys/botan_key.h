// Signing by Botan: ECDSA. Nettle is faster at P-384 and OpenSSL at P-256, so engines.cpp chooses
// it for nothing; the tests hold the others against it.
#pragma once

#include <memory>

#include "common/keys/private_key.h"
#include "common/keys/signing_key.h"

namespace kaspar {

/// For ECDSA keys. Fault: key.
Result<std::unique_ptr<SigningKey>> make_botan_key(const PrivateKey& key);

}  // namespace kaspar

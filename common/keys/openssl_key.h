// Signing by OpenSSL: RSA, P-256 and EdDSA.
#pragma once

#include <memory>

#include "common/keys/private_key.h"
#include "common/keys/signing_key.h"

namespace kaspar {

/// Fault: key.
Result<std::unique_ptr<SigningKey>> make_openssl_key(const PrivateKey& key);

}  // namespace kaspar

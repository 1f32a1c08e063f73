// Which cryptographic library signs with which algorithm. The choice is by measurement and lives in
// one function; everyone else sees a SigningKey.
#pragma once

#include <memory>

#include "common/keys/private_key.h"
#include "common/keys/signing_key.h"

namespace kaspar {

enum class Engine { openssl, nettle };

Engine engine_for(Algorithm algorithm);

/// The key, ready to sign by its algorithm's engine. Fault: key.
Result<std::unique_ptr<SigningKey>> make_signing_key(const PrivateKey& key);

}  // namespace kaspar

// A place that holds private keys: makes them, finds them, opens them for signing, destroys them.
// Both programs use it; the enforcer to make and destroy, the signer to sign. A locator names a key
// inside its store (32 hex digits chosen at random by the enforcer before the key is made, so that
// a crash in between leaves nothing unknown): the file name for files, the CKA_ID for tokens.
//
// A key that is missing or unreadable is a fault. It is never a reason to make a new one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/formats/configuration.h"
#include "common/keys/signing_key.h"

namespace kaspar {

struct KeyShape {
    Algorithm algorithm;
    unsigned bits;  ///< modulus size for RSA, else the algorithm's own
};

class KeyStore {
  public:
    virtual ~KeyStore() = default;

    virtual const std::string& name() const = 0;

    /// Makes a key and writes it durably. Fault: key, io; refused if `locator` is taken.
    virtual Result<PublicKey> generate(const std::string& locator, const KeyShape& shape) = 0;

    /// Reads the public half of a key. Fault: key (missing, unreadable, wrong passphrase), io.
    virtual Result<PublicKey> find(const std::string& locator) = 0;

    /// Opens a key for signing, after checking that its public half is `on_record`. Fault: key, io.
    virtual Result<std::unique_ptr<SigningKey>> open(const std::string& locator,
                                                     const PublicKey& on_record) = 0;

    /// Removes a key for good. Removing a key that is not there is not a fault. Fault: key, io.
    virtual Outcome destroy(const std::string& locator) = 0;

    /// Locators of all keys in the store, sorted. Fault: key, io.
    virtual Result<std::vector<std::string>> list() = 0;
};

/// Opens the store that the configuration describes. Fault: key, io, input: names the store, the
/// file and the remedy; never the secret.
Result<std::unique_ptr<KeyStore>> open_key_store(const std::string& name,
                                                 const KeyStoreConfiguration& configuration);

}  // namespace kaspar

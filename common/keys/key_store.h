// A place that holds private keys: makes them, finds them, opens them for signing, destroys them.
// Both programs use it; the enforcer to make and destroy, the signer to sign. A locator names a key
// inside its store (32 hex digits chosen at random by the enforcer before the key is made, so that
// a crash in between leaves nothing unknown): the file name for files, the CKA_ID for tokens.
//
// A key that is missing or unreadable is a fault. It is never a reason to make a new one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/formats/configuration.h"
#include "common/keys/signing_key.h"

namespace kaspar {

struct KeyShape {
    Algorithm algorithm;
    unsigned bits;  ///< modulus size for RSA, else the algorithm's own
};

/// Whom a new key is for, for its label where a store has labels.
struct KeyOwner {
    std::string zone, role;
};

/// A key as its store has it.
struct HeldKey {
    std::string locator;
    std::string label;                     ///< empty: the store has none
    std::optional<PublicKey> public_half;  ///< rsasha256 stands for any RSA key; absent: not told
    bool guarded;                          ///< its private half cannot be read out of the store
};

/// What a store says of itself.
struct StoreFacts {
    std::string what;                         ///< "encrypted files in …", "token … by …"
    std::vector<Algorithm> algorithms;        ///< that it can sign with
    std::optional<std::uint64_t> free_space;  ///< octets, where it tells
};

class KeyStore {
  public:
    virtual ~KeyStore() = default;

    virtual const std::string& name() const = 0;

    /// Makes a key and writes it durably. Fault: key, io, absent; refused if `locator` is taken.
    virtual Result<PublicKey> generate(const std::string& locator, const KeyShape& shape,
                                       const KeyOwner& owner) = 0;

    /// Reads the public half of a key that is of this algorithm. Fault: absent (no such key, or the
    /// store is not there now), key (unreadable, another algorithm, wrong passphrase), io.
    virtual Result<PublicKey> find(const std::string& locator, Algorithm algorithm) = 0;

    /// Opens a key for signing, after checking that its public half is `on_record`. Fault: as
    /// find().
    virtual Result<std::unique_ptr<SigningKey>> open(const std::string& locator,
                                                     const PublicKey& on_record) = 0;

    /// Removes a key for good. Removing a key that is not there is not a fault. Fault: key, io.
    virtual Outcome destroy(const std::string& locator) = 0;

    /// Locators of all keys in the store, sorted. Fault: key, io, absent.
    virtual Result<std::vector<std::string>> list() = 0;

    /// The same with what the store says of each. Fault: key, io, absent.
    virtual Result<std::vector<HeldKey>> keys() = 0;

    /// True if the store finds its way back by itself after a loss, and keeps the pauses between
    /// attempts; others are opened anew.
    virtual bool heals() const { return false; }

    /// Opens the store if need be, and tells what it is. Fault: key, io, absent.
    virtual Result<StoreFacts> look() = 0;
};

/// Opens the store that the configuration describes. A token is not touched before its first use.
/// Fault: key, io, absent: names the store, the file and the remedy; never the secret.
Result<std::unique_ptr<KeyStore>> open_key_store(const std::string& name,
                                                 const KeyStoreConfiguration& configuration);

}  // namespace kaspar

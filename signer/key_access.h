// The signer's way to private keys: opens each store and each key once in the life of the process,
// and has every key prove possession before its first use (design promise 5), in every store that
// is to hold it. Never makes a key.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "common/formats/configuration.h"
#include "common/formats/instruction.h"
#include "common/keys/key_store.h"

namespace kaspar::signer {

class KeyAccess {
  public:
    using OpenStore = std::function<Result<std::unique_ptr<KeyStore>>(const std::string& name)>;

    explicit KeyAccess(OpenStore open_store) : open_store_(std::move(open_store)) {}

    /// The stores that the configuration describes.
    static KeyAccess to_configured_stores(const Configuration& configuration);

    /// A key that can sign; valid until forget(), until it is opened again while it has warnings,
    /// or until the end of the KeyAccess.
    struct Opened {
        SigningKey* key;
        std::vector<std::string> warnings;  ///< of stores that should hold it and are not there
    };

    /// The key, open and proven in every store that is there; one is enough to sign. That a store
    /// holds another key in its place is a fault, however many others hold the right one. Fault:
    /// key, io, absent: names the key and its store.
    Result<Opened> open(const InstructedKey& key);

    /// Closes all keys, and the stores that do not heal by themselves, so that the next use opens
    /// them anew: after a key failed to sign.
    void forget();

  private:
    Result<KeyStore*> store(const std::string& name);
    Result<std::unique_ptr<SigningKey>> open_in(const std::string& name, const InstructedKey& key);

    /// Stores, locator, key.
    using Identity = std::tuple<std::vector<std::string>, std::string, std::string>;
    struct Kept {
        std::unique_ptr<SigningKey> key;
        std::vector<std::string> warnings;
    };
    OpenStore open_store_;
    std::map<std::string, std::unique_ptr<KeyStore>> stores_;
    std::map<Identity, Kept> keys_;
};

}  // namespace kaspar::signer

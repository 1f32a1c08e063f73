// The signer's way to private keys: opens each store and each key once in the life of the process,
// and has every key prove possession before its first use (design promise 5). Never makes a key.
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

    /// The key, open and proven; stays valid until forget() or the end of this object. Fault: key,
    /// io: names the key and its store.
    Result<SigningKey*> open(const InstructedKey& key);

    /// Closes all keys and stores, so that the next use opens them anew: after a key failed to
    /// sign.
    void forget();

  private:
    Result<KeyStore*> store(const std::string& name);

    using Identity = std::tuple<std::string, std::string, std::string>;  ///< store, locator, key
    OpenStore open_store_;
    std::map<std::string, std::unique_ptr<KeyStore>> stores_;
    std::map<Identity, std::unique_ptr<SigningKey>> keys_;
};

}  // namespace kaspar::signer

// The signer's way to private keys: opens each store and each key once in the life of the process,
// and has every key prove possession before its first use (design promise 5), in every store that
// is to hold it. Never makes a key. Any number of threads may use it at once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
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

    /// A key that can sign, for one thread.
    struct Opened {
        std::unique_ptr<SigningKey> key;
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
    /// A key as it was opened, from which every thread takes its own.
    struct Kept {
        std::mutex opening;
        std::unique_ptr<SigningKey> key;  ///< absent: not open yet
        std::vector<std::string> warnings;
    };
    /// Stores, locator, key.
    using Identity = std::tuple<std::vector<std::string>, std::string, std::string>;

    Result<std::shared_ptr<KeyStore>> store(const std::string& name);
    std::shared_ptr<Kept> kept(const InstructedKey& key);
    Result<std::unique_ptr<SigningKey>> open_in(const std::string& name, const InstructedKey& key);
    Outcome open_everywhere(const InstructedKey& key, Kept& kept);

    OpenStore open_store_;
    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();  ///< guards what follows
    std::map<std::string, std::shared_ptr<KeyStore>> stores_;
    std::map<Identity, std::shared_ptr<Kept>> keys_;
};

}  // namespace kaspar::signer

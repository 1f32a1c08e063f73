// A key store in memory, for tests that need keys and no files. Real keys, real signatures.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <set>

#include "common/keys/engines.h"
#include "common/keys/key_store.h"
#include "common/keys/private_key.h"

namespace kaspar::test {

/// Signs what holds certain octets wrong.
class PoisonedKey : public SigningKey {
  public:
    PoisonedKey(std::unique_ptr<SigningKey> key, std::string poison)
        : key_(std::move(key)), poison_(std::move(poison)) {}

    const PublicKey& public_key() const override { return key_->public_key(); }

    Result<Bytes> sign(BytesView message) override {
        KASPAR_TRY(auto signature, key_->sign(message));
        if (std::search(message.begin(), message.end(), poison_.begin(), poison_.end()) !=
            message.end())
            signature.front() ^= 1;
        return signature;
    }

    Result<std::unique_ptr<SigningKey>> duplicate() const override {
        KASPAR_TRY(auto key, key_->duplicate());
        return std::unique_ptr<SigningKey>(std::make_unique<PoisonedKey>(std::move(key), poison_));
    }

  private:
    std::unique_ptr<SigningKey> key_;
    std::string poison_;
};

class MemoryKeyStore : public KeyStore {
  public:
    const std::string& name() const override { return name_; }

    Result<PublicKey> generate(const std::string& locator, const KeyShape& shape,
                               const KeyOwner&) override {
        KASPAR_TRY(const auto key, generate_private_key(shape));
        KASPAR_TRY(keys_[locator], make_signing_key(key));
        return key.public_half;
    }

    Result<PublicKey> find(const std::string& locator, Algorithm) override {
        const auto found = keys_.find(locator);
        if (found == keys_.end())
            return Fault{FaultClass::key, "there is no key " + locator};
        return found->second->public_key();
    }

    Result<std::unique_ptr<SigningKey>> open(const std::string& locator,
                                             const PublicKey& on_record) override {
        ++opened;
        if (thrown)
            std::rethrow_exception(thrown);
        KASPAR_TRY(const auto there, find(locator, on_record.algorithm));
        if (there != on_record)
            return Fault{FaultClass::key, "key " + locator + " is not the key on record"};
        KASPAR_TRY(auto key, keys_.at(locator)->duplicate());
        if (!poison.empty())
            key = std::make_unique<PoisonedKey>(std::move(key), poison);
        return key;
    }

    Outcome destroy(const std::string& locator) override {
        keys_.erase(locator);
        return Done{};
    }

    Result<std::vector<std::string>> list() override {
        std::vector<std::string> locators;
        for (const auto& [locator, key] : keys_)
            locators.push_back(locator);
        return locators;
    }

    Result<std::vector<HeldKey>> keys() override {
        std::vector<HeldKey> held;
        for (const auto& [locator, key] : keys_)
            held.push_back({locator, {}, key->public_key(), false});
        return held;
    }

    Result<StoreFacts> look() override { return StoreFacts{"memory", {}, std::nullopt}; }

    std::atomic<unsigned> opened = 0;  ///< calls of open()
    std::exception_ptr thrown;         ///< by every open(), if there is one
    std::string poison;                ///< what holds it is signed wrong; empty: nothing is

  private:
    std::string name_ = "memory";
    std::map<std::string, std::unique_ptr<SigningKey>> keys_;
};

/// Another's store, lent: KeyAccess wants to own what it opens.
class LentKeyStore : public KeyStore {
  public:
    explicit LentKeyStore(KeyStore& store) : store_(store) {}
    const std::string& name() const override { return store_.name(); }
    Result<PublicKey> generate(const std::string& locator, const KeyShape& shape,
                               const KeyOwner& owner) override {
        return store_.generate(locator, shape, owner);
    }
    Result<PublicKey> find(const std::string& locator, Algorithm algorithm) override {
        return store_.find(locator, algorithm);
    }
    Result<std::unique_ptr<SigningKey>> open(const std::string& locator,
                                             const PublicKey& on_record) override {
        return store_.open(locator, on_record);
    }
    Outcome destroy(const std::string& locator) override { return store_.destroy(locator); }
    Result<std::vector<std::string>> list() override { return store_.list(); }
    Result<std::vector<HeldKey>> keys() override { return store_.keys(); }
    Result<StoreFacts> look() override { return store_.look(); }

  private:
    KeyStore& store_;
};

}  // namespace kaspar::test

#include "signer/key_access.h"

#include <fmt/format.h>

namespace kaspar::signer {

namespace {

std::string told(const InstructedKey& key, const std::string& store) {
    return fmt::format("key {} ({}) in key store \"{}\"", key.dnskey.tag(),
                       facts(key.dnskey.key.algorithm).mnemonic, store);
}

}  // namespace

KeyAccess KeyAccess::to_configured_stores(const Configuration& configuration) {
    return KeyAccess([stores = configuration.keystores, file = configuration.file](
                         const std::string& name) -> Result<std::unique_ptr<KeyStore>> {
        const auto found = stores.find(name);
        if (found == stores.end())
            return Fault{FaultClass::key,
                         fmt::format("key store \"{}\" is not in {}; add it to \"keystores\"", name,
                                     file.string())};
        return open_key_store(name, found->second);
    });
}

Result<KeyStore*> KeyAccess::store(const std::string& name) {
    auto found = stores_.find(name);
    if (found == stores_.end()) {
        KASPAR_TRY(auto opened, open_store_(name));
        found = stores_.emplace(name, std::move(opened)).first;
    }
    return found->second.get();
}

Result<SigningKey*> KeyAccess::open(const InstructedKey& key) {
    if (key.keystores.empty())
        return Fault{FaultClass::state, fmt::format("the instruction names no key store for key {}",
                                                    key.dnskey.tag())};
    const auto& name = key.keystores.front();
    Identity identity{name, key.locator, key.dnskey.key.fingerprint()};
    if (const auto found = keys_.find(identity); found != keys_.end())
        return found->second.get();
    KASPAR_TRY(auto* const holder, store(name));
    KASPAR_TRY(auto opened, holder->open(key.locator, key.dnskey.key).within(told(key, name)));
    KASPAR_CHECK(prove_possession(*opened, key.dnskey.key).within(told(key, name)));
    return keys_.emplace(std::move(identity), std::move(opened)).first->second.get();
}

void KeyAccess::forget() {
    keys_.clear();
    stores_.clear();
}

}  // namespace kaspar::signer

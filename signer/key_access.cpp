#include "signer/key_access.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "signer/replicated_key.h"

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

Result<std::shared_ptr<KeyStore>> KeyAccess::store(const std::string& name) {
    const std::lock_guard lock(*mutex_);
    auto found = stores_.find(name);
    if (found == stores_.end()) {
        KASPAR_TRY(auto opened, open_store_(name));
        found = stores_.emplace(name, std::move(opened)).first;
    }
    return found->second;
}

std::shared_ptr<KeyAccess::Kept> KeyAccess::kept(const InstructedKey& key) {
    const std::lock_guard lock(*mutex_);
    auto& entry = keys_[{key.keystores, key.locator, key.dnskey.key.fingerprint()}];
    if (!entry)
        entry = std::make_shared<Kept>();
    return entry;
}

Result<std::unique_ptr<SigningKey>> KeyAccess::open_in(const std::string& name,
                                                       const InstructedKey& key) {
    KASPAR_TRY(const auto holder, store(name));
    KASPAR_TRY(auto opened, holder->open(key.locator, key.dnskey.key).within(told(key, name)));
    KASPAR_CHECK(prove_possession(*opened, key.dnskey.key).within(told(key, name)));
    return opened;
}

Outcome KeyAccess::open_everywhere(const InstructedKey& key, Kept& kept) {
    std::vector<std::unique_ptr<SigningKey>> replicas;
    std::vector<std::string> warnings;
    for (const std::string& name : key.keystores) {
        auto opened = open_in(name, key);
        if (opened.ok())
            replicas.push_back(std::move(*opened));
        else if (opened.fault().kind == FaultClass::absent)
            warnings.push_back(std::move(opened).fault().words);
        else
            return std::move(opened).fault();
    }
    if (replicas.empty())
        return Fault{FaultClass::absent, fmt::format("{}", fmt::join(warnings, "\n"))};
    kept.key = replicas.size() == 1 ? std::move(replicas.front())
                                    : std::make_unique<ReplicatedKey>(std::move(replicas));
    kept.warnings = std::move(warnings);
    return Done{};
}

Result<KeyAccess::Opened> KeyAccess::open(const InstructedKey& key) {
    if (key.keystores.empty())
        return Fault{FaultClass::state, fmt::format("the instruction names no key store for key {}",
                                                    key.dnskey.tag())};
    const auto mine = kept(key);
    const std::lock_guard lock(mine->opening);
    // Not open yet, or a store was away: it may be back.
    if (!mine->key || !mine->warnings.empty())
        KASPAR_CHECK(open_everywhere(key, *mine));
    KASPAR_TRY(auto own, mine->key->duplicate());
    return Opened{std::move(own), mine->warnings};
}

void KeyAccess::forget() {
    const std::lock_guard lock(*mutex_);
    keys_.clear();
    std::erase_if(stores_, [](const auto& entry) { return !entry.second->heals(); });
}

}  // namespace kaspar::signer

#include "enforcer/key_stores.h"

#include <fmt/format.h>

namespace kaspar::enforcer {

Result<KeyStore*> KeyStores::open(const std::string& name) {
    if (const auto opened = opened_.find(name); opened != opened_.end())
        return opened->second.get();
    const auto configured = configured_.find(name);
    if (configured == configured_.end())
        return Fault{FaultClass::input,
                     fmt::format("there is no key store '{}' in kaspar.json; add it to "
                                 "\"keystores\", or name another one in the policy",
                                 name)};
    auto store = open_key_store(name, configured->second);
    if (!store.ok()) {
        used_[name] = store.fault().words;
        return std::move(store).fault();
    }
    return opened_.emplace(name, *std::move(store)).first->second.get();
}

Result<bool> KeyStores::lists(const std::string& name, const std::string& locator) {
    auto list = lists_.find(name);
    if (list == lists_.end()) {
        KASPAR_TRY(KeyStore* const store, open(name));
        const auto locators = store->list();
        used_[name] = locators.ok() ? std::nullopt : std::optional(locators.fault().words);
        if (!locators.ok())
            return locators.fault();
        list = lists_.emplace(name, std::set(locators->begin(), locators->end())).first;
    }
    return list->second.contains(locator);
}

void KeyStores::made(const std::string& name, const std::string& locator) {
    if (const auto list = lists_.find(name); list != lists_.end())
        list->second.insert(locator);
}

void KeyStores::destroyed(const std::string& name, const std::string& locator) {
    if (const auto list = lists_.find(name); list != lists_.end())
        list->second.erase(locator);
}

}  // namespace kaspar::enforcer

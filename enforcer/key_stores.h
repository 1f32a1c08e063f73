// The configured key stores, opened when first needed and kept open for one pass.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "common/keys/key_store.h"

namespace kaspar::enforcer {

class KeyStores {
  public:
    explicit KeyStores(std::map<std::string, KeyStoreConfiguration> configured)
        : configured_(std::move(configured)) {}

    /// Fault: input if the configuration has no such store; key, io if it cannot be opened.
    Result<KeyStore*> open(const std::string& name);

    /// Whether the store lists a key. Its list is read once, and kept up by made() and destroyed():
    /// with a hundred thousand zones it is long. Fault: as open() and KeyStore::list().
    Result<bool> lists(const std::string& name, const std::string& locator);
    void made(const std::string& name, const std::string& locator);
    void destroyed(const std::string& name, const std::string& locator);

    /// The stores that were asked for something, each with what went wrong last, if anything did.
    const std::map<std::string, std::optional<std::string>>& used() const { return used_; }

  private:
    std::map<std::string, KeyStoreConfiguration> configured_;
    std::map<std::string, std::unique_ptr<KeyStore>> opened_;
    std::map<std::string, std::set<std::string>> lists_;
    std::map<std::string, std::optional<std::string>> used_;
};

}  // namespace kaspar::enforcer

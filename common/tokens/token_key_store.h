// A key store in a PKCS#11 token. A locator is the key's CKA_ID in hexadecimal digits. Keys are
// made in the token, sign there and never leave it.
#pragma once

#include <memory>

#include "common/keys/key_store.h"
#include "common/tokens/crew.h"

namespace kaspar::token {

class TokenKeyStore final : public KeyStore {
  public:
    /// Does not touch the token; the first use does.
    TokenKeyStore(std::string name, KeyStoreConfiguration configuration);

    const std::string& name() const override { return name_; }
    Result<PublicKey> generate(const std::string& locator, const KeyShape& shape,
                               const KeyOwner& owner) override;
    Result<PublicKey> find(const std::string& locator, Algorithm algorithm) override;
    Result<std::unique_ptr<SigningKey>> open(const std::string& locator,
                                             const PublicKey& on_record) override;
    Outcome destroy(const std::string& locator) override;
    Result<std::vector<std::string>> list() override;
    Result<std::vector<HeldKey>> keys() override;
    Result<StoreFacts> look() override;
    bool heals() const override { return true; }

  private:
    Result<Reply> ask(const Request& request, const std::string& about);
    Outcome check_room();

    std::string name_;
    KeyStoreConfiguration configuration_;
    std::shared_ptr<Crew> crew_;
};

}  // namespace kaspar::token

#include "common/keys/key_store.h"

#include <fmt/format.h>

#include "common/keys/file_key_store.h"
#include "common/tokens/token_key_store.h"

namespace kaspar {

Result<std::unique_ptr<KeyStore>> open_key_store(const std::string& name,
                                                 const KeyStoreConfiguration& configuration) {
    if (configuration.type == "pkcs11")
        return std::unique_ptr<KeyStore>(
            std::make_unique<token::TokenKeyStore>(name, configuration));
    KASPAR_TRY(Secret passphrase,
               read_secret(configuration.passphrase, "Passphrase of key store " + name)
                   .within(fmt::format("key store {}: passphrase", name)));
    Readers readers;
    if (configuration.group) {
        KASPAR_TRY(
            readers,
            group_named(*configuration.group).within(fmt::format("key store {}: group", name)));
    }
    return FileKeyStore::open_folder(name, configuration.directory, std::move(passphrase), readers);
}

}  // namespace kaspar

#include "common/keys/key_store.h"

#include <fmt/format.h>

#include "common/keys/file_key_store.h"

namespace kaspar {

Result<std::unique_ptr<KeyStore>> open_key_store(const std::string& name,
                                                 const KeyStoreConfiguration& configuration) {
    if (configuration.type != "files")
        return Fault{FaultClass::input,
                     fmt::format("key store {}: type \"{}\" is unknown; \"files\" is known", name,
                                 configuration.type)};
    KASPAR_TRY(Secret passphrase, read_secret(configuration.passphrase)
                                      .within(fmt::format("key store {}: passphrase", name)));
    return FileKeyStore::open_folder(name, configuration.directory, std::move(passphrase));
}

}  // namespace kaspar

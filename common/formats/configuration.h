// kaspar.json: where things are. Read by all three programs. The field table in configuration.cpp
// is the format's one definition; schema/configuration.schema.json is generated from it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "common/values/result.h"

namespace kaspar {

/// Where a secret comes from; exactly one is set.
struct SecretSource {
    std::optional<std::filesystem::path> file;  ///< absolute; must not be readable by others
    std::optional<std::string> credential;      ///< name below $CREDENTIALS_DIRECTORY (systemd)
    std::optional<std::string> environment;     ///< name of an environment variable
};

struct KeyStoreConfiguration {
    std::string type;                 ///< "files"
    std::filesystem::path directory;  ///< absolute
    SecretSource passphrase;
};

struct Configuration {
    std::filesystem::path file;          ///< kaspar.json itself, absolute
    std::filesystem::path state;         ///< absolute
    std::filesystem::path policies;      ///< absolute
    bool sandbox = false;                ///< --at is allowed
    std::filesystem::path enforcer_key;  ///< Ed25519 private key of the enforcer (PKCS#8 PEM, 0600)
    std::filesystem::path enforcer_public_key;  ///< its public half, for the signer
    std::map<std::string, KeyStoreConfiguration> keystores;

    std::filesystem::path database() const { return state / "kaspar.db"; }
    std::filesystem::path instructions() const { return state / "instructions"; }
    std::filesystem::path reports() const { return state / "reports"; }
    std::filesystem::path executed() const { return state / "executed"; }  ///< the signer's
};

/// Reads and checks a configuration file. Relative paths in it are relative to its folder. Fault:
/// input, listing every error as file:line:column, field, what is wrong, remedy.
Result<Configuration> read_configuration(const std::filesystem::path& file);

/// `option` if given, else $KASPAR_CONFIG, else /etc/kaspar/kaspar.json.
std::filesystem::path configuration_file(const std::optional<std::string>& option);

/// From the field table: JSON Schema (schema/configuration.schema.json) and reference in Markdown.
std::string configuration_schema();
std::string configuration_reference();

}  // namespace kaspar

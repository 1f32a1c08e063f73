#include "common/formats/configuration.h"

#include <cstdlib>
#include <system_error>

#include "common/formats/fields.h"
#include "common/system/file.h"

namespace kaspar {
namespace {

using namespace fields;

/// A secret comes from one place, so that nobody wonders which of two is used.
void check_passphrase(KeyStoreConfiguration& store, Position at, Reading& reading) {
    const SecretSource& from = store.passphrase;
    const int given = int{from.file.has_value()} + int{from.credential.has_value()} +
                      int{from.environment.has_value()};
    if (given != 1)
        reading.error(at, given == 0 ? "has no passphrase" : "has more than one passphrase",
                      "give exactly one of \"passphrase_file\", \"passphrase_credential\" and "
                      "\"passphrase_env\"");
}

Table<KeyStoreConfiguration> key_store_fields() {
    using Store = Field<KeyStoreConfiguration>;
    return {{
                Store("type", MEMBER(type), one_of<std::string>({{"files", "files"}}),
                      Default::required(),
                      "What holds the keys: \"files\" are encrypted PKCS#8 files, one a key."),
                Store("directory", MEMBER(directory), path(), Default::required(),
                      "The folder of the key files; only its owner may enter it (mode 0700)."),
                Store("passphrase_file", MEMBER(passphrase.file), optional(path()),
                      Default::otherwise("another source of the passphrase"),
                      "A file with the passphrase that encrypts the keys; only its owner may read "
                      "it."),
                Store("passphrase_credential", MEMBER(passphrase.credential), optional(text(1)),
                      Default::otherwise("another source of the passphrase"),
                      "The name of a systemd credential (LoadCredential=) that holds the "
                      "passphrase."),
                Store("passphrase_env", MEMBER(passphrase.environment), optional(text(1)),
                      Default::otherwise("another source of the passphrase"),
                      "The name of an environment variable that holds the passphrase."),
            },
            check_passphrase};
}

void fill_enforcer_keys(Configuration& configuration, Position, Reading&) {
    if (configuration.enforcer_key.empty())
        configuration.enforcer_key = configuration.state / "enforcer.key";
    if (configuration.enforcer_public_key.empty())
        configuration.enforcer_public_key = configuration.state / "enforcer.pub";
}

/// The format of kaspar.json.
Table<Configuration> configuration_fields() {
    using Conf = Field<Configuration>;
    return {
        {
            Conf("state", MEMBER(state), path(), "state",
                 "The folder of the database, the instructions and the reports.",
                 "Relative paths are relative to this file, so that a set-up can be moved "
                 "whole."),
            Conf("policies", MEMBER(policies), path(), "policies",
                 "The folder of the policy files, NAME.json each."),
            Conf("keystores", MEMBER(keystores), map_of(object(key_store_fields())),
                 Default::required(),
                 "The places that hold private keys, by the names that policies use."),
            Conf("enforcer_key", MEMBER(enforcer_key), path(),
                 Default::otherwise("enforcer.key in the state folder"),
                 "The Ed25519 private key with which the enforcer signs instructions."),
            Conf("enforcer_public_key", MEMBER(enforcer_public_key), path(),
                 Default::otherwise("enforcer.pub in the state folder"),
                 "Its public half, with which the signer checks them.",
                 "A signer on another machine needs this file and never the private one."),
            Conf("sandbox", MEMBER(sandbox), boolean(), false, "Allows --at, the simulated clock.",
                 "A wrong clock in production signs with wrong times, so it takes a "
                 "configuration made for trying things out."),
        },
        fill_enforcer_keys};
}

const Kind<Configuration>& configuration_kind() {
    static const Kind<Configuration> kind = object(configuration_fields());
    return kind;
}

}  // namespace

Result<Configuration> read_configuration(const std::filesystem::path& file) {
    std::error_code error;
    const auto whole = std::filesystem::absolute(file, error).lexically_normal();
    if (error)
        return Fault{FaultClass::io, file.string() + ": " + error.message()};
    KASPAR_TRY(const std::string text, read_file(whole));
    auto document = read_document(text, configuration_kind(), whole.parent_path());
    if (has_errors(document.findings))
        return findings_fault(FaultClass::input, file, document.findings);
    document.value.file = whole;
    return std::move(document.value);
}

std::filesystem::path configuration_file(const std::optional<std::string>& option) {
    if (option)
        return *option;
    const char* environment = std::getenv("KASPAR_CONFIG");
    if (environment != nullptr && *environment != '\0')
        return environment;
    return "/etc/kaspar/kaspar.json";
}

std::string configuration_schema() {
    return schema_document("Kaspar configuration (kaspar.json)", configuration_kind().schema);
}

std::string configuration_reference() {
    return reference_text(configuration_kind().parts);
}

}  // namespace kaspar

// kaspar.json: where things are. Read by all three programs. The field table in configuration.cpp
// is the format's one definition; schema/configuration.schema.json is generated from it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/formats/token_selector.h"
#include "common/values/result.h"
#include "common/values/server_address.h"
#include "common/values/time.h"

namespace kaspar::fields {
struct Described;
}

namespace kaspar {

/// Where a secret comes from; exactly one is set, but that a file may stand beside a credential:
/// for programs that no service manager starts.
struct SecretSource {
    std::optional<std::filesystem::path> file;  ///< absolute; must not be readable by others
    std::optional<std::string> credential;      ///< name below $CREDENTIALS_DIRECTORY (systemd)
    std::optional<std::string> environment;     ///< name of an environment variable
    bool prompt = false;                        ///< asked of a person at the terminal
};

struct KeyStoreConfiguration {
    std::string type;  ///< "files" or "pkcs11"

    // files
    std::filesystem::path directory;   ///< absolute
    std::optional<std::string> group;  ///< its members may read folder and files
    SecretSource passphrase;

    // pkcs11
    std::filesystem::path module;  ///< the vendor's library, absolute
    TokenSelector token;
    SecretSource pin;
    unsigned sessions = 1;                  ///< so many signatures at once
    std::optional<std::uint64_t> capacity;  ///< keys that it may hold; absent: as many as fit
    std::string key_label;                  ///< of new keys; {zone} and {role} are replaced
    Duration timeout{0};                    ///< a call that takes longer hangs
    std::filesystem::path refused_pin;      ///< where it is noted that the token refused the PIN
    bool final_try =
        false;  ///< try a PIN even if a wrong one would lock the token; not in the file

    bool require_backup = false;  ///< no key is used before it was backed up

    /// Environment variables that hold a secret of some key store: no vendor's code sees them.
    std::vector<std::string> secret_variables;
};

/// A key with which questions to name servers are signed (RFC 8945).
struct TsigKeyConfiguration {
    std::string algorithm;  ///< "hmac-sha256"
    SecretSource secret;    ///< base64
};

/// When `kaspar health` has something to say.
struct HealthThresholds {
    std::optional<Duration> expiry_warning, expiry_critical;  ///< absent: by each zone's policy
    Duration enforcer_late{0}, signer_late{0};
    std::optional<Duration> blocked;  ///< absent: however long somebody is waited for
};

/// Where the metrics are to be had; nowhere, if neither is set.
struct MetricsOutput {
    std::optional<std::filesystem::path> file;
    std::optional<std::string> listen;  ///< "ADDRESS:PORT"
};

struct Configuration {
    std::filesystem::path file;          ///< kaspar.json itself, absolute
    std::filesystem::path state;         ///< absolute
    std::filesystem::path policies;      ///< absolute
    bool sandbox = false;                ///< --at is allowed
    std::filesystem::path enforcer_key;  ///< Ed25519 private key of the enforcer (PKCS#8 PEM, 0600)
    std::filesystem::path enforcer_public_key;  ///< its public half, for the signer
    std::map<std::string, KeyStoreConfiguration> keystores;
    std::vector<ServerAddress> resolvers;  ///< empty: those of /etc/resolv.conf
    bool resolvers_validate = false;       ///< they validate, and the way to them is safe
    std::map<std::string, TsigKeyConfiguration> tsig_keys;
    HealthThresholds health;
    MetricsOutput metrics;

    std::filesystem::path database() const { return state / "kaspar.db"; }
    std::filesystem::path instructions() const { return state / "instructions"; }
    std::filesystem::path reports() const { return state / "reports"; }
    std::filesystem::path executed() const { return state / "executed"; }  ///< the signer's
};

/// Reads and checks a configuration file. Relative paths in it are relative to its folder. Fault:
/// input, listing every error as file:line:column, field, what is wrong, remedy.
Result<Configuration> read_configuration(const std::filesystem::path& file);

/// The same of a text that is not in its place yet; `file` is where that will be, absolute.
Result<Configuration> parse_configuration(std::string_view text, const std::filesystem::path& file);

/// `option` if given, else $KASPAR_CONFIG, else /etc/kaspar/kaspar.json.
std::filesystem::path configuration_file(const std::optional<std::string>& option);

/// From the field table: JSON Schema (schema/configuration.schema.json) and reference in Markdown.
std::string configuration_schema();
const std::vector<fields::Described>& configuration_parts();
std::string configuration_reference();

}  // namespace kaspar

#include <fmt/format.h>

#include "common/keys/key_file.h"
#include "common/system/file.h"
#include "enforcer/commands/commands.h"
#include "enforcer/embedded.h"
#include "enforcer/layout.h"
#include "enforcer/random.h"

namespace kaspar::enforcer {

namespace {

constexpr auto configuration_head =
    R"(// Where Kaspar's things are. Paths are relative to this file's folder.
{
  // The database, the instructions to the signer and its reports.
  "state": "state",

  // One key and signing policy a file: policies/NAME.json.
  "policies": "policies",

  // The places that hold private keys, by the names that policies use. One in a token:
  // "hsm": { "type": "pkcs11", "module": "/usr/lib/vendor.so", "token": "its label",
  //          "pin_file": "its-pin", "sessions": 4 }
  "keystores": {
    "local": {
      "type": "files",
      "directory": "keys",

      // Encrypts the keys; only its owner may read it. Keep a copy of it with the keys' backup:
      // without it they are lost.
      "passphrase_file": "passphrase"
    }
  })";

constexpr auto configuration_sandbox = R"(,

  // Allows --at TIME, the simulated clock. Never in production.
  "sandbox": true)";

bool is_there(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

/// What configuration_head says.
Configuration layout_of(const std::filesystem::path& root) {
    Configuration configuration;
    configuration.file = root / "kaspar.json";
    configuration.state = root / "state";
    configuration.policies = root / "policies";
    configuration.keystores["local"].type = "files";
    configuration.keystores["local"].directory = root / "keys";
    configuration.keystores["local"].passphrase.file = root / "passphrase";
    configuration.enforcer_key = configuration.state / "enforcer.key";
    configuration.enforcer_public_key = configuration.state / "enforcer.pub";
    return configuration;
}

Outcome write_policies(const Configuration& configuration) {
    KASPAR_CHECK(make_folder(configuration.policies));
    for (const EmbeddedFile& file : shipped_policy_files())
        if (!is_there(configuration.policies / file.name))
            KASPAR_CHECK(write_file(configuration.policies / file.name, file.text));
    return Done{};
}

Outcome make_passphrase(const std::filesystem::path& file) {
    if (is_there(file))
        return Done{};
    return write_file(file, random_passphrase(random_octets(32)) + "\n", 0600);
}

/// What a person need not choose. Keys under a passphrase that is lost stay lost: where there are
/// keys, no new one is made.
Outcome make_secrets(const Configuration& configuration) {
    for (const auto& [name, store] : configuration.keystores) {
        std::error_code error;
        if (store.passphrase.file && std::filesystem::is_empty(store.directory, error))
            KASPAR_CHECK(make_passphrase(*store.passphrase.file));
    }
    if (is_there(configuration.enforcer_key))
        return Done{};
    return make_enforcer_key(configuration);
}

Outcome make_database(const std::filesystem::path& file) {
    if (is_there(file)) {
        KASPAR_CHECK(Database::open_as_it_is(file.string()));  // database_upgrade keeps a copy
    } else {
        KASPAR_CHECK(Database::create(file.string()));
        KASPAR_CHECK(give_to_owner_of_folder(file));
    }
    return Done{};
}

Outcome make_state(const Configuration& configuration) {
    KASPAR_CHECK(make_layout(configuration));
    KASPAR_CHECK(open_to_groups(configuration));
    KASPAR_CHECK(make_secrets(configuration));
    return make_database(configuration.database());
}

}  // namespace

Ending init_configured(const std::string& folder) {
    KASPAR_TRY(const Configuration configuration,
               read_configuration(std::filesystem::path(folder) / "kaspar.json"));
    KASPAR_CHECK(make_state(configuration));
    print(fmt::format("{}: all that it names is there\n", configuration.file.string()));
    return ExitStatus::done;
}

Ending init(const std::string& folder, bool sandbox) {
    std::error_code error;
    const auto root = std::filesystem::absolute(folder, error).lexically_normal();
    const auto file = root / "kaspar.json";
    if (is_there(file))
        return Fault{FaultClass::refused,
                     fmt::format("{} is there already; nothing was changed; choose another folder",
                                 file.string())};
    KASPAR_CHECK(write_policies(layout_of(root)));
    KASPAR_CHECK(make_state(layout_of(root)));
    // Last, so that an init that was cut short can be run again.
    KASPAR_CHECK(write_file(
        file, fmt::format("{}{}\n}}\n", configuration_head, sandbox ? configuration_sandbox : "")));
    print(
        fmt::format("{} is ready{}. Next:\n"
                    "  kaspar -c {} zone add NAME --policy default --input FILE --output FILE\n",
                    root.string(), sandbox ? " (a sandbox: --at is allowed)" : "", file.string()));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

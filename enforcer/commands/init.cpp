#include <fmt/format.h>

#include "common/keys/envelope.h"
#include "common/keys/key_file.h"
#include "common/system/file.h"
#include "enforcer/commands/commands.h"
#include "enforcer/embedded.h"
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

Outcome make_folders(const std::filesystem::path& root) {
    KASPAR_CHECK(make_folder(root));
    KASPAR_CHECK(make_folder(root / "policies"));
    KASPAR_CHECK(make_folder(root / "keys", 0700));
    // The signer may run as another user of the same group: it reads instructions, writes reports
    // and its notes on what it executed, and needs nothing else here.
    KASPAR_CHECK(make_folder(root / "state", 0750));
    KASPAR_CHECK(make_folder(root / "state" / "instructions", 0750));
    for (const auto* name : {"reports", "executed"}) {
        KASPAR_CHECK(make_folder(root / "state" / name, 0770));
        std::error_code ignored;  // the caller's umask may have taken the group's write bit
        std::filesystem::permissions(root / "state" / name, std::filesystem::perms{0770}, ignored);
    }
    return Done{};
}

Outcome write_policies(const std::filesystem::path& folder) {
    for (const EmbeddedFile& file : shipped_policy_files())
        if (!is_there(folder / file.name))
            KASPAR_CHECK(write_file(folder / file.name, file.text));
    return Done{};
}

Outcome make_secrets(const std::filesystem::path& root) {
    if (!is_there(root / "passphrase"))
        KASPAR_CHECK(
            write_file(root / "passphrase", random_passphrase(random_octets(32)) + "\n", 0600));
    if (!is_there(root / "state" / "enforcer.key"))
        KASPAR_CHECK(
            make_envelope_key(root / "state" / "enforcer.key", root / "state" / "enforcer.pub"));
    return Done{};
}

Outcome make_database(const std::filesystem::path& file) {
    if (is_there(file)) {
        KASPAR_CHECK(Database::open(file.string()));
    } else {
        KASPAR_CHECK(Database::create(file.string()));
    }
    return Done{};
}

}  // namespace

Ending init(const std::string& folder, bool sandbox) {
    std::error_code error;
    const auto root = std::filesystem::absolute(folder, error).lexically_normal();
    const auto file = root / "kaspar.json";
    if (is_there(file))
        return Fault{FaultClass::refused,
                     fmt::format("{} is there already; nothing was changed; choose another folder",
                                 file.string())};
    KASPAR_CHECK(make_folders(root));
    KASPAR_CHECK(write_policies(root / "policies"));
    KASPAR_CHECK(make_secrets(root));
    KASPAR_CHECK(make_database(root / "state" / "kaspar.db"));
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

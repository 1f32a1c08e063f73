#include "common/formats/configuration.h"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>

#include "common/formats/fields.h"
#include "common/system/file.h"

namespace kaspar {
namespace {

using namespace fields;

/// A secret comes from one place, so that nobody wonders which of two is used.
void check_source(const SecretSource& from, const std::string& what, Position at,
                  Reading& reading) {
    const bool by_hand_or_service = from.file && from.credential;
    const int given = int{from.file.has_value()} +
                      int{from.credential.has_value() && !by_hand_or_service} +
                      int{from.environment.has_value()} + int{from.prompt};
    if (given != 1)
        reading.error(at, fmt::format("has {} {}", given == 0 ? "no" : "more than one", what),
                      fmt::format("give exactly one of \"{0}_file\", \"{0}_credential\", "
                                  "\"{0}_env\" and \"{0}_prompt\"",
                                  what));
}

void check_files(const KeyStoreConfiguration& store, Position at, Reading& reading) {
    if (store.directory.empty())
        reading.error(at, "has no \"directory\"", "add it: the folder of the key files");
    check_source(store.passphrase, "passphrase", at, reading);
    if (!store.module.empty() || store.token != TokenSelector{} || store.capacity)
        reading.error(at, "is of type \"files\" and has fields of a token",
                      "remove \"module\", \"token\" and \"capacity\", or make it \"pkcs11\"");
}

void check_token(const KeyStoreConfiguration& store, Position at, Reading& reading) {
    if (store.module.empty())
        reading.error(at, "has no \"module\"", "add it: the vendor's PKCS#11 library");
    if (store.token == TokenSelector{})
        reading.error(at, "has no \"token\"", "add it: the token's label, or its URI (RFC 7512)");
    check_source(store.pin, "pin", at, reading);
    if (!store.directory.empty() || store.group)
        reading.error(at, "is of type \"pkcs11\" and has a \"directory\" or a \"group\"",
                      "remove it, or make the type \"files\"");
}

void check_key_store(KeyStoreConfiguration& store, Position at, Reading& reading) {
    if (store.type == "files")
        check_files(store, at, reading);
    if (store.type == "pkcs11")
        check_token(store, at, reading);
}

using Store = Field<KeyStoreConfiguration>;

void append(std::vector<Store>& fields, const std::vector<Store>& more) {
    fields.insert(fields.end(), more.begin(), more.end());
}

Kind<TokenSelector> token() {
    return converted<TokenSelector, std::string>(
        text(1), "a token's label or its URI", token_from_text,
        [](const TokenSelector& selector) { return selector.uri(); });
}

/// The fields that tell where a secret comes from; `source` gives the member.
template <typename Source>
std::vector<Store> secret_fields(const std::string& name, Source source, const std::string& what) {
    const Default otherwise = Default::otherwise("another source of the " + name);
    return {
        Store(
            name + "_file", [source](auto& whole) -> auto& { return source(whole).file; },
            optional(path()), otherwise,
            fmt::format("A file with the {}; only its owner may read it.", what)),
        Store(
            name + "_credential",
            [source](auto& whole) -> auto& { return source(whole).credential; }, optional(text(1)),
            otherwise,
            fmt::format("The name of a systemd credential (LoadCredential=) that holds the {}.",
                        what),
            "A file may be given beside it, for programs that no service manager starts."),
        Store(
            name + "_env", [source](auto& whole) -> auto& { return source(whole).environment; },
            optional(text(1)), otherwise,
            fmt::format("The name of an environment variable that holds the {}.", what)),
        Store(
            name + "_prompt", [source](auto& whole) -> auto& { return source(whole).prompt; },
            boolean(), false, fmt::format("Asks for the {} at the terminal.", what),
            "For trying things out, and for ceremonies: a service has nobody to ask."),
    };
}

std::vector<Store> file_fields() {
    std::vector<Store> fields{
        Store("directory", MEMBER(directory), path(), Default::otherwise("none"),
              "Of files: the folder of the key files; only its owner may enter it (mode 0700)."),
        Store("group", MEMBER(group), optional(text(1)), Default::otherwise("none"),
              "Of files: a group whose members may read folder and files (modes 2750 and 0640).",
              "For a signer that runs as another user than the enforcer. Write access is the "
              "owner's alone."),
    };
    append(fields, secret_fields("passphrase", MEMBER(passphrase), "passphrase of the keys"));
    return fields;
}

std::vector<Store> token_fields() {
    using std::chrono::seconds;
    std::vector<Store> fields{
        Store("module", MEMBER(module), path(), Default::otherwise("none"),
              "Of a token: the vendor's PKCS#11 library."),
        Store("token", MEMBER(token), token(), Default::otherwise("none"),
              "Of a token: its label, or a URI (RFC 7512) with token, serial, manufacturer, model.",
              "A label may stand on several tokens; the serial tells them apart."),
    };
    append(fields, secret_fields("pin", MEMBER(pin), "user PIN of the token"));
    append(fields,
           {Store("sessions", MEMBER(sessions), integer<unsigned>(1, 64), 4u,
                  "How many signatures the token makes at once, at most.",
                  "One process a session; `kaspar keystore bench` shows what a token gains by "
                  "more."),
            Store("capacity", MEMBER(capacity), optional(whole_number(1, 1'000'000)),
                  Default::otherwise("as many as fit"),
                  "How many keys the token may hold; no more are made in it."),
            Store("key_label", MEMBER(key_label), text(1, 200), "kaspar {zone} {role}",
                  "The label (CKA_LABEL) of new keys; {zone} and {role} are replaced.",
                  "For people who look into the token; Kaspar finds keys by CKA_ID."),
            Store("timeout", MEMBER(timeout), duration(seconds(1), seconds(3600)), "10s",
                  "A call to the module that takes longer is taken to hang, and its worker is "
                  "replaced. Logging in and making a key may take three times as long.")});
    return fields;
}

Table<KeyStoreConfiguration> key_store_fields() {
    std::vector<Store> fields{
        Store("type", MEMBER(type), one_of<std::string>({{"files", "files"}, {"pkcs11", "pkcs11"}}),
              Default::required(),
              "What holds the keys: \"files\" are encrypted PKCS#8 files, one a key; \"pkcs11\" "
              "is a token, in a hardware security module or in SoftHSM."),
    };
    append(fields, file_fields());
    append(fields, token_fields());
    append(fields, {Store("require_backup", MEMBER(require_backup), boolean(), false,
                          "No key of this store is published before `kaspar key backup commit` "
                          "says that it was backed up.")});
    return {std::move(fields), check_key_store};
}

/// What concerns a store and stands elsewhere in the file.
void fill_key_stores(Configuration& configuration) {
    std::vector<std::string> secrets;
    for (const auto& [name, store] : configuration.keystores)
        for (const SecretSource* source : {&store.passphrase, &store.pin})
            if (source->environment)
                secrets.push_back(*source->environment);
    for (auto& [name, store] : configuration.keystores) {
        store.secret_variables = secrets;
        store.refused_pin = configuration.state / "refused-pins" / name;
    }
}

void fill_in(Configuration& configuration, Position, Reading&) {
    if (configuration.enforcer_key.empty())
        configuration.enforcer_key = configuration.state / "enforcer.key";
    if (configuration.enforcer_public_key.empty())
        configuration.enforcer_public_key = configuration.state / "enforcer.pub";
    fill_key_stores(configuration);
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
        fill_in};
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
    return parse_configuration(text, whole);
}

Result<Configuration> parse_configuration(std::string_view text,
                                          const std::filesystem::path& file) {
    auto document = read_document(text, configuration_kind(), file.parent_path());
    if (has_errors(document.findings))
        return findings_fault(FaultClass::input, file, document.findings);
    document.value.file = file;
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

const std::vector<Described>& configuration_parts() {
    return configuration_kind().parts;
}

std::string configuration_reference() {
    return reference_text(configuration_kind().parts);
}

}  // namespace kaspar

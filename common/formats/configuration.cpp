#include "common/formats/configuration.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <system_error>

#include "common/formats/fields.h"
#include "common/formats/record_kinds.h"
#include "common/system/file.h"
#include "common/system/trust.h"

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

template <typename T>
void append(std::vector<Field<T>>& fields, const std::vector<Field<T>>& more) {
    fields.insert(fields.end(), more.begin(), more.end());
}

Kind<TokenSelector> token() {
    return converted<TokenSelector, std::string>(
        text(1), "a token's label or its URI", token_from_text,
        [](const TokenSelector& selector) { return selector.uri(); });
}

/// The fields that tell where a secret comes from; `source` gives the member.
template <typename T, typename Source>
std::vector<Field<T>> secret_fields(const std::string& name, Source source,
                                    const std::string& what) {
    const Default otherwise = Default::otherwise("another source of the " + name);
    return {
        Field<T>(
            name + "_file", [source](auto& whole) -> auto& { return source(whole).file; },
            optional(path()), otherwise,
            fmt::format("A file with the {}; only its owner may read it.", what)),
        Field<T>(
            name + "_credential",
            [source](auto& whole) -> auto& { return source(whole).credential; }, optional(text(1)),
            otherwise,
            fmt::format("The name of a systemd credential (LoadCredential=) that holds the {}.",
                        what),
            "A file may be given beside it, for programs that no service manager starts."),
        Field<T>(
            name + "_env", [source](auto& whole) -> auto& { return source(whole).environment; },
            optional(text(1)), otherwise,
            fmt::format("The name of an environment variable that holds the {}.", what)),
        Field<T>(
            name + "_prompt", [source](auto& whole) -> auto& { return source(whole).prompt; },
            boolean(), false, fmt::format("Asks for the {} at the terminal.", what),
            "For trying things out, and for ceremonies: a service has nobody to ask."),
    };
}

std::vector<Store> file_store_fields() {
    std::vector<Store> fields{
        Store("directory", MEMBER(directory), path(), Default::otherwise("none"),
              "Of files: the folder of the key files; only its owner may enter it (mode 0700)."),
        Store("group", MEMBER(group), optional(text(1)), Default::otherwise("none"),
              "Of files: a group whose members may read folder and files (modes 2750 and 0640).",
              "For a signer that runs as another user than the enforcer. Write access is the "
              "owner's alone."),
    };
    append(fields, secret_fields<KeyStoreConfiguration>("passphrase", MEMBER(passphrase),
                                                        "passphrase of the keys"));
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
    append(fields,
           secret_fields<KeyStoreConfiguration>("pin", MEMBER(pin), "user PIN of the token"));
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
              required,
              "What holds the keys: \"files\" are encrypted PKCS#8 files, one a key; \"pkcs11\" "
              "is a token, in a hardware security module or in SoftHSM."),
    };
    append(fields, file_store_fields());
    append(fields, token_fields());
    append(fields, {Store("require_backup", MEMBER(require_backup), boolean(), false,
                          "No key of this store is published before `kaspar key backup commit` "
                          "says that it was backed up.")});
    return {std::move(fields), check_key_store};
}

using Conf = Field<Configuration>;

Table<TsigKeyConfiguration> tsig_key_fields() {
    using Key = Field<TsigKeyConfiguration>;
    Words<std::string> algorithms;
    for (const char* name : {"hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"})
        algorithms.emplace_back(name, name);
    std::vector<Key> fields{Key("algorithm", MEMBER(algorithm), one_of(algorithms), "hmac-sha256",
                                "The algorithm (RFC 8945 §6).")};
    append(fields,
           secret_fields<TsigKeyConfiguration>("secret", MEMBER(secret), "secret in base64"));
    return {std::move(fields), [](TsigKeyConfiguration& key, Position at, Reading& reading) {
                check_source(key.secret, "secret", at, reading);
            }};
}

std::vector<Field<Configuration>> asking_fields() {
    return {
        Conf("resolvers", MEMBER(resolvers), list_of(server(), 0, 16), JsonValue(JsonList{}),
             "Resolvers, as \"127.0.0.1\" or \"2001:db8::1@5353\", that find a parent's servers; "
             "if there are none, those of /etc/resolv.conf."),
        Conf("resolvers_validate", MEMBER(resolvers_validate), boolean(), false,
             "These resolvers validate, and nobody sits between them and here: a DS set counts as "
             "seen only if one of them, too, has it as secure (AD).",
             "True only for resolvers on this machine or behind a safe path."),
        Conf("tsig_keys", MEMBER(tsig_keys), map_of(object(tsig_key_fields())),
             JsonValue(JsonObject{}),
             "Keys with which servers are asked that want it, by name: \"192.0.2.1 key NAME\"."),
    };
}

Field<Configuration> health_fields() {
    using std::chrono::seconds, std::chrono::days;
    const auto span = duration(seconds(1), days(365));
    return group<Configuration>(
        "health", "When `kaspar health` tells of something.",
        {Conf("expiry_warning", MEMBER(health.expiry_warning), optional(span),
              Default::otherwise("half of the policy's refresh"),
              "The time left to a zone's first expiry below which that is told.",
              "Signatures are renewed when refresh is left, so half of it means that several runs "
              "have failed."),
         Conf("expiry_critical", MEMBER(health.expiry_critical), optional(span),
              Default::otherwise("a quarter of the policy's refresh"),
              "The time left below which it is critical."),
         Conf("enforcer_late", MEMBER(health.enforcer_late), span, "1h",
              "How long a zone may be due without the enforcer having run."),
         Conf("signer_late", MEMBER(health.signer_late), span, "1h",
              "How long an instruction may stand without the signer having looked at it."),
         Conf("blocked", MEMBER(health.blocked), or_word("unlimited", span), "14d",
              "How long a roll may wait for the parent or a pause before that is told.",
              "What waits for an approval or a backup is told at once.")});
}

/// "127.0.0.1:9553", "[::1]:9553".
Result<std::string> address_and_port(const std::string& text) {
    const auto colon = text.rfind(':');
    unsigned port = 0;
    const char* last = text.data() + text.size();
    const auto read = colon == std::string::npos
                          ? std::from_chars_result{last, std::errc::invalid_argument}
                          : std::from_chars(text.data() + colon + 1, last, port);
    if (colon == 0 || read.ec != std::errc{} || read.ptr != last || port == 0 || port > 65535)
        return Fault{FaultClass::input, "write for example \"127.0.0.1:9553\""};
    return text;
}

/// The node exporter reads no others.
Result<std::filesystem::path> prom_file(const std::filesystem::path& file) {
    if (file.extension() == ".prom")
        return file;
    return Fault{FaultClass::input, "give it a name that ends in \".prom\""};
}

Field<Configuration> metrics_fields() {
    const auto listen =
        converted<std::string, std::string>(text(1, 300), "an address and a port", address_and_port,
                                            [](const std::string& written) { return written; });
    const auto file = converted<std::filesystem::path, std::filesystem::path>(
        path(), "a file for the node exporter", prom_file,
        [](const std::filesystem::path& written) { return written; });
    return group<Configuration>(
        "metrics", "Where Prometheus finds the metrics (`kaspar metrics` prints them).",
        {Conf("file", MEMBER(metrics.file), optional(file), Default::otherwise("none"),
              "A file that the enforcer writes after each pass, for the node exporter's textfile "
              "collector; its name must end in .prom."),
         Conf("listen", MEMBER(metrics.listen), optional(listen), Default::otherwise("none"),
              "An address and a port on which `kaspar-enforcer run` serves them, at /metrics.",
              "It asks nobody who they are, so a local address is best.")});
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

void check_health(const HealthThresholds& health, Position at, Reading& reading) {
    if (health.expiry_warning && health.expiry_critical &&
        *health.expiry_critical > *health.expiry_warning)
        reading.error(at, "health.expiry_critical is longer than health.expiry_warning",
                      "make it shorter: less time left is worse");
}

void fill_in(Configuration& configuration, Position at, Reading& reading) {
    check_health(configuration.health, at, reading);
    if (configuration.enforcer_key.empty())
        configuration.enforcer_key = configuration.state / "enforcer.key";
    if (configuration.enforcer_public_key.empty())
        configuration.enforcer_public_key = configuration.state / "enforcer.pub";
    fill_key_stores(configuration);
}

/// The format of kaspar.json.
Table<Configuration> configuration_fields() {
    std::vector<Conf> fields{
        Conf("state", MEMBER(state), path(), "state",
             "The folder of the database, the instructions and the reports.",
             "Relative paths are relative to this file, so that a set-up can be moved "
             "whole."),
        Conf("policies", MEMBER(policies), path(), "policies",
             "The folder of the policy files, NAME.json each."),
        Conf("keystores", MEMBER(keystores), map_of(object(key_store_fields())), required,
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
        health_fields(),
        metrics_fields(),
    };
    append(fields, asking_fields());
    return {std::move(fields), fill_in};
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
    KASPAR_CHECK(check_writers(whole));  // it names programs and libraries that are run
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

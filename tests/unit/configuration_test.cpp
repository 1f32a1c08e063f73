#include "common/formats/configuration.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace configuration_test {

using namespace kaspar;

namespace {

/// A folder of its own with a kaspar.json in it.
struct Setup {
    test::TempFolder temp;
    std::filesystem::path folder = temp.path(), file = folder / "kaspar.json";

    explicit Setup(const std::string& text) { std::ofstream(file) << text; }
};

std::string fault_words(const std::string& text) {
    const Setup setup(text);
    const auto read = read_configuration(setup.file);
    if (read.ok())
        return "";
    CHECK(read.fault().kind == FaultClass::input);
    std::string words = read.fault().words;
    for (auto at = words.find(setup.file.string()); at != std::string::npos;
         at = words.find(setup.file.string()))
        words.replace(at, setup.file.string().size(), "F");
    return words;
}

}  // namespace

TEST_CASE("paths of a configuration are relative to its folder", "[configuration]") {
    const Setup setup(R"({ "state": "state/", "policies": "../shared",  // comment
        "keystores": { "local": { "type": "files", "directory": "keys",
                                  "passphrase_file": "/etc/passphrase" } } })");
    const auto read = read_configuration(setup.file);
    REQUIRE(read.ok());
    CHECK(read->file == setup.file);
    CHECK(read->state == setup.folder / "state");
    CHECK(read->policies == setup.folder.parent_path() / "shared");
    CHECK(read->database() == setup.folder / "state/kaspar.db");
    CHECK(read->enforcer_key == setup.folder / "state/enforcer.key");
    CHECK(read->enforcer_public_key == setup.folder / "state/enforcer.pub");
    CHECK_FALSE(read->sandbox);
    const KeyStoreConfiguration& store = read->keystores.at("local");
    CHECK(store.type == "files");
    CHECK(store.directory == setup.folder / "keys");
    CHECK(store.passphrase.file == "/etc/passphrase");
    CHECK_FALSE(store.passphrase.environment);
}

TEST_CASE("a key store has exactly one source of its passphrase", "[configuration]") {
    const std::string remedy =
        "; give exactly one of \"passphrase_file\", \"passphrase_credential\", "
        "\"passphrase_env\" and \"passphrase_prompt\"";
    CHECK(fault_words(R"({"keystores": {"a": {"type": "files", "directory": "k"}}})") ==
          "F:1:21: error: keystores.a: has no passphrase" + remedy);
    CHECK(fault_words(R"({"keystores": {"a": {"type": "files", "directory": "k",
        "passphrase_env": "P", "passphrase_credential": "c"}}})") ==
          "F:1:21: error: keystores.a: has more than one passphrase" + remedy);
    CHECK(fault_words(R"({"keystores": {"a": {"type": "files", "directory": "k",
        "passphrase_file": "p", "passphrase_credential": "c"}}})") == "");
}

TEST_CASE("a token has a module, a label or URI, and one source of its PIN", "[configuration]") {
    const auto told = [](const std::string& store) {
        return fault_words("{\"keystores\": {\"a\": {\"type\": \"pkcs11\"" + store + "}}}");
    };
    CHECK_THAT(told(""), Catch::Contains("has no \"module\"") &&
                             Catch::Contains("has no \"token\"") && Catch::Contains("has no pin"));
    const std::string rest = R"(, "module": "/m.so", "pin_env": "P")";
    CHECK_THAT(told(rest + R"(, "token": "pkcs11:token=a;pin-value=1")"),
               Catch::Contains("keystores.a.token") && Catch::Contains("PIN"));
    CHECK_THAT(told(rest + R"(, "token": "pkcs11:token=a;object=k")"),
               Catch::Contains("only token, serial, manufacturer and model"));
    CHECK_THAT(told(rest + R"(, "token": "t", "directory": "d")"),
               Catch::Contains("has a \"directory\""));
    CHECK_THAT(told(rest + R"(, "token": "t", "sessions": 0)"), Catch::Contains("sessions"));
    CHECK_THAT(told(rest + R"(, "token": "t", "pin_file": "p")"),
               Catch::Contains("more than one pin"));
}

TEST_CASE("a token is told by its label or by a URI", "[configuration]") {
    CHECK(token_from_text("kaspar")->label == "kaspar");
    const auto token = token_from_text("pkcs11:token=my%20token;serial=8d2f").value();
    CHECK(token == TokenSelector{"my token", "8d2f", "", ""});
    CHECK(token_from_text(token.uri()).value() == token);
    CHECK(token.matches({"my token", "8d2f", "Vendor", "Model"}));
    CHECK_FALSE(token.matches({"my token", "ffff", "Vendor", "Model"}));
    CHECK_FALSE(token_from_text("pkcs11:").ok());
    CHECK_FALSE(token_from_text("pkcs11:token=%zz").ok());
}

TEST_CASE("all errors of a configuration are told, a line each", "[configuration]") {
    CHECK(fault_words("{ \"stat\": \"x\",\n \"keystores\": { \"a b\": {},\n"
                      "  \"t\": {\"type\": \"file\", \"directory\": 3,\n"
                      "   \"passphrase_env\": \"P\" } } }") ==
          "F:1:3: error: stat: there is no such field; did you mean \"state\"?\n"
          "F:2:17: error: keystores.a b: is not a name; use letters, digits, \"-\", \"_\" and "
          "\".\"\n"
          "F:3:17: error: keystores.t.type: \"file\" is not one of the words that can be here; did "
          "you mean \"files\"?\n"
          "F:3:38: error: keystores.t.directory: 3 is not a path; write the path of a file or "
          "folder in quotes");
}

TEST_CASE("a configuration that is not there is named", "[configuration]") {
    const auto read = read_configuration("/nonexistent/kaspar.json");
    REQUIRE_FALSE(read.ok());
    CHECK(read.fault().kind == FaultClass::io);
    CHECK_THAT(read.fault().words, Catch::Contains("/nonexistent/kaspar.json"));
}

TEST_CASE("the configuration is the option's, the environment's or the packaged one",
          "[configuration]") {
    ::unsetenv("KASPAR_CONFIG");
    CHECK(configuration_file(std::nullopt) == "/etc/kaspar/kaspar.json");
    ::setenv("KASPAR_CONFIG", "/env.json", 1);
    CHECK(configuration_file(std::nullopt) == "/env.json");
    CHECK(configuration_file("/option.json") == "/option.json");
    ::unsetenv("KASPAR_CONFIG");
}

}  // namespace configuration_test

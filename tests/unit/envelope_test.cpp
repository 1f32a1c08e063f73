#include "common/keys/envelope.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/temp_folder.h"

namespace envelope_test {

using namespace kaspar;

namespace {

constexpr std::string_view text = R"({"zone": "example.com", "generation": 7})";

struct Enforcer {
    Enforcer() { REQUIRE(make_envelope_key(private_file, public_file).ok()); }

    test::TempFolder folder;
    std::filesystem::path private_file = folder.path() / "enforcer.key";
    std::filesystem::path public_file = folder.path() / "enforcer.pub";
};

unsigned mode_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("what the enforcer signed is accepted, by its own key only", "[attack][envelope]") {
    const Enforcer enforcer, other;
    const Bytes signature = sign_envelope(enforcer.private_file, text).value();
    CHECK(signature.size() == 64);
    CHECK(check_envelope(enforcer.public_file, text, signature).ok());
    const auto outcome = check_envelope(other.public_file, text, signature);
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.fault().kind == FaultClass::state);
}

TEST_CASE("an envelope altered in any octet is refused", "[attack][envelope]") {
    const Enforcer enforcer;
    const Bytes signature = sign_envelope(enforcer.private_file, text).value();
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string altered(text);
        altered[i] = static_cast<char>(altered[i] ^ 1);
        CHECK_FALSE(check_envelope(enforcer.public_file, altered, signature).ok());
    }
    for (std::size_t i = 0; i < signature.size(); ++i) {
        Bytes altered = signature;
        altered[i] ^= 1;
        CHECK_FALSE(check_envelope(enforcer.public_file, text, altered).ok());
    }
    CHECK_FALSE(check_envelope(enforcer.public_file, text.substr(1), signature).ok());
    CHECK_FALSE(check_envelope(enforcer.public_file, std::string(text) + " ", signature).ok());
    CHECK_FALSE(check_envelope(enforcer.public_file, text, {}).ok());
}

TEST_CASE("the private key of the enforcer is its own alone", "[attack][envelope]") {
    const Enforcer enforcer;
    CHECK(mode_of(enforcer.private_file) == 0600);
    CHECK(mode_of(enforcer.public_file) == 0644);
    chmod(enforcer.private_file.c_str(), 0644);
    const auto signature = sign_envelope(enforcer.private_file, text);
    REQUIRE_FALSE(signature.ok());
    CHECK(signature.fault().words.find(enforcer.private_file.string()) != std::string::npos);
}

TEST_CASE("a key of the enforcer is not overwritten", "[envelope]") {
    const Enforcer enforcer;
    const Bytes signature = sign_envelope(enforcer.private_file, text).value();
    const auto again = make_envelope_key(enforcer.private_file, enforcer.public_file);
    REQUIRE_FALSE(again.ok());
    CHECK(again.fault().kind == FaultClass::refused);
    CHECK(check_envelope(enforcer.public_file, text, signature).ok());
}

TEST_CASE("missing and malformed key files of the enforcer are faults that name them",
          "[envelope]") {
    const Enforcer enforcer;
    const Bytes signature = sign_envelope(enforcer.private_file, text).value();
    const auto missing = enforcer.folder.path() / "missing";
    CHECK(sign_envelope(missing, text).fault().words.find("missing") != std::string::npos);
    CHECK(check_envelope(missing, text, signature).fault().words.find("missing") !=
          std::string::npos);

    // Either half in the place of the other, and an empty file.
    CHECK_FALSE(check_envelope(enforcer.private_file, text, signature).ok());
    chmod(enforcer.public_file.c_str(), 0600);
    CHECK_FALSE(sign_envelope(enforcer.public_file, text).ok());
    std::ofstream(enforcer.public_file, std::ios::trunc) << "";
    const auto empty = check_envelope(enforcer.public_file, text, signature);
    REQUIRE_FALSE(empty.ok());
    CHECK(empty.fault().kind == FaultClass::key);
    CHECK(empty.fault().words.find(enforcer.public_file.string()) != std::string::npos);
}

TEST_CASE("the openssl command reads both halves of the enforcer's key", "[envelope]") {
    const Enforcer enforcer;
    const auto derived = test::run({{"openssl", "pkey", "-pubout", "-in", enforcer.private_file}});
    const auto written = test::run({{"openssl", "pkey", "-pubin", "-in", enforcer.public_file}});
    CHECK(derived.status == 0);
    CHECK(derived.output == written.output);
}

}  // namespace envelope_test

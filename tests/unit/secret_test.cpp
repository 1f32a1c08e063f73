#include "common/system/secret.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "common/system/file.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace secret_test {

using namespace kaspar;
using kaspar::test::TempFolder;

namespace {

SecretSource from_file(const Path& path) {
    SecretSource source;
    source.file = path;
    return source;
}

}  // namespace

TEST_CASE("one trailing newline of a file is not part of the secret", "[secret]") {
    const TempFolder folder;
    const std::pair<const char*, const char*> cases[] = {
        {"pass", "pass"}, {"pass\n", "pass"}, {"pass\n\n", "pass\n"}, {" pass \n", " pass "}};
    for (const auto& [content, secret] : cases) {
        REQUIRE(write_file(folder / "s", content, 0600).ok());
        CHECK(read_secret(from_file(folder / "s")).value().text() == secret);
    }
}

TEST_CASE("an empty, open or missing secret is a fault that does not tell it", "[attack][secret]") {
    const TempFolder folder;
    for (const auto* content : {"", "\n"}) {
        REQUIRE(write_file(folder / "s", content, 0600).ok());
        CHECK(read_secret(from_file(folder / "s")).fault().kind == FaultClass::key);
    }
    REQUIRE(write_file(folder / "s", "tell-tale", 0644).ok());
    REQUIRE(::chmod((folder / "s").c_str(), 0644) == 0);
    const auto open = read_secret(from_file(folder / "s"));
    CHECK(open.fault().kind == FaultClass::key);
    CHECK(open.fault().words.find("tell-tale") == std::string::npos);
    CHECK(read_secret(from_file(folder / "none")).fault().kind == FaultClass::io);
    CHECK(read_secret(SecretSource{}).fault().kind == FaultClass::key);
}

TEST_CASE("a secret comes from a systemd credential", "[secret]") {
    const TempFolder folder;
    SecretSource source;
    source.credential = "kaspar-pass";
    ::unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(read_secret(source).fault().words.find("LoadCredential") != std::string::npos);
    ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
    REQUIRE(write_file(folder / "kaspar-pass", "pass\n", 0440).ok());
    CHECK(read_secret(source).value().text() == "pass");
    source.credential = "../kaspar-pass";
    CHECK_FALSE(read_secret(source).ok());
    ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("beside a credential a file is for those whom no service manager started", "[secret]") {
    const TempFolder folder;
    SecretSource source;
    source.credential = "pass";
    source.file = folder / "by-hand";
    REQUIRE(write_file(*source.file, "by hand\n", 0600).ok());
    REQUIRE(write_file(folder / "pass", "by systemd\n", 0440).ok());
    ::unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(read_secret(source).value().text() == "by hand");
    ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
    CHECK(read_secret(source).value().text() == "by systemd");
    ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("a secret comes from the environment", "[secret]") {
    SecretSource source;
    source.environment = "KASPAR_TEST_SECRET";
    ::unsetenv("KASPAR_TEST_SECRET");
    CHECK(read_secret(source).fault().words.find("KASPAR_TEST_SECRET") != std::string::npos);
    ::setenv("KASPAR_TEST_SECRET", "pass", 1);
    CHECK(read_secret(source).value().text() == "pass");
    ::unsetenv("KASPAR_TEST_SECRET");
}

TEST_CASE("a secret is wiped where it was moved from", "[attack][secret]") {
    for (const std::size_t size : {std::size_t(8), std::size_t(100)}) {
        Secret first(std::string(size, 's'));
        const char* short_place = first.text().data();
        Secret second(std::move(first));
        CHECK(second.text() == std::string(size, 's'));
        if (size < 15)  // kept inside the object, so the old place may still be looked at
            CHECK(std::string(short_place, size) == std::string(size, '\0'));
        Secret third("other");
        third = std::move(second);
        CHECK(third.text() == std::string(size, 's'));
    }
}

}  // namespace secret_test

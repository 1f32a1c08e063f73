#include "tests/support/judges.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/temp_folder.h"

namespace judges_test {

using namespace kaspar;
using namespace kaspar::test;

TEST_CASE("a command's status, streams, environment and input are its own", "[support]") {
    const auto result = run({.arguments = {"sh", "-c", "cat; echo $GREETING >&2; exit 3"},
                             .environment = {{"GREETING", "hello"}},
                             .input = "in"});
    CHECK(result.status == 3);
    CHECK(result.output == "in");
    CHECK(result.errors == "hello\n");
    CHECK(run({.arguments = {"sh", "-c", "kill -TERM $$"}}).status == 128 + 15);
    CHECK(run({.arguments = {"no-such-program-at-all"}}).status == 127);
    CHECK(has_program("sh"));
    CHECK_FALSE(has_program("no-such-program-at-all"));
}

TEST_CASE("a temporary folder goes with its test", "[support]") {
    std::filesystem::path path;
    {
        const TempFolder folder;
        path = folder.path();
        std::ofstream(folder / "file") << "x";
        CHECK(std::filesystem::exists(path / "file"));
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

namespace {

const auto zone = Name::from_text("example").value();

/// A zone signed by BIND, good from now to 30 days from now; returns the signed file.
std::filesystem::path sign_by_bind(const TempFolder& folder) {
    const auto in = [&](const std::string& line) {
        const auto result =
            run({.arguments = {"sh", "-ec", "cd '" + folder.path().string() + "'; " + line}});
        INFO(result.errors);
        REQUIRE(result.status == 0);
    };
    std::ofstream(folder / "zone") << "$TTL 3600\n"
                                      "@ SOA ns hostmaster 1 3600 900 604800 300\n"
                                      "@ NS ns\n"
                                      "ns A 192.0.2.1\n"
                                      "sub NS ns.sub\n"
                                      "ns.sub A 192.0.2.2\n";
    in("dnssec-keygen -q -a 13 -f KSK example > /dev/null; dnssec-keygen -q -a 13 example > "
       "/dev/null");
    in("dnssec-signzone -q -S -x -P -e now+30d -o example -f signed zone > /dev/null");
    return folder / "signed";
}

}  // namespace

TEST_CASE("all judges accept a zone that BIND signed", "[support][judges]") {
    const TempFolder folder;
    CHECK(objections(sign_by_bind(folder), zone) == "");
}

TEST_CASE("no judge accepts a damaged zone", "[support][judges]") {
    const TempFolder folder;
    const auto signed_zone = sign_by_bind(folder);
    run({.arguments = {"sed", "-i", "s/192.0.2.1$/192.0.2.9/", signed_zone}});
    for (const auto& verdict : judge(signed_zone, zone)) {
        INFO(verdict.judge << ": " << verdict.output);
        CHECK_FALSE(verdict.accepted);
    }
}

TEST_CASE("the judges judge at the time that they are told", "[support][judges]") {
    const TempFolder folder;
    const auto signed_zone = sign_by_bind(folder);
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    CHECK(objections(signed_zone, zone, now + std::chrono::hours(24)) == "");
    for (const auto& verdict : judge(signed_zone, zone, now + std::chrono::hours(24 * 31))) {
        INFO(verdict.judge << ": " << verdict.output);
        CHECK_FALSE(verdict.accepted);
    }
}

}  // namespace judges_test

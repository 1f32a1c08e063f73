// What the programs write to standard error, for those who gather logs.
#include <fmt/format.h>

#include <sstream>

#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"
#include "tests/support/installation.h"

namespace log_form_test {

using namespace kaspar;
using namespace kaspar::test;

namespace {

/// Every line, as JSON; fails the test if one is not.
std::vector<nlohmann::json> events(const CommandResult& result) {
    std::vector<nlohmann::json> all;
    std::istringstream text(result.errors);
    for (std::string line; std::getline(text, line);) {
        INFO(line);
        const auto event = nlohmann::json::parse(line, nullptr, false);
        REQUIRE(event.is_object());
        REQUIRE(parse_rfc3339(event["time"].get<std::string>()).ok());
        for (const auto* member : {"level", "area", "message"})
            REQUIRE(event[member].is_string());
        all.push_back(event);
    }
    return all;
}

}  // namespace

TEST_CASE("with --log json every line of all programs is an event", "[log]") {
    Installation site;
    site.set_time(*parse_rfc3339("2026-11-24T00:00:00Z"));
    site.write("example.org", "no zone\nat all\n");
    site.add_zone("example.org", "default");
    expect(site.enforcer());

    const auto signed_zone = events(site.signer({"--log", "json"}));
    REQUIRE(signed_zone.size() >= 2);
    CHECK(signed_zone.front()["level"] == "error");
    CHECK(signed_zone.front()["area"] == "kaspar-signer");
    CHECK(signed_zone.front()["zone"] == "example.org");
    CHECK(signed_zone.back()["level"] == "info");
    CHECK_THAT(signed_zone.back()["message"].get<std::string>(), Catch::StartsWith("refused"));

    const auto refused = site.kaspar({"--log", "json", "zone", "show", "example.com"});
    REQUIRE(events(refused).size() == 1);
    CHECK(events(refused)[0]["level"] == "error");
    const auto unknown = site.kaspar({"--log", "json", "zones"});
    CHECK(unknown.status == 2);
    REQUIRE(events(unknown).size() == 1);
    CHECK(site.kaspar({"--log", "yaml", "status"}).status == 2);
}

TEST_CASE("an event of the enforcer names the zone that it is about", "[log]") {
    Sandbox site;
    REQUIRE(site.add_zone().status == 0);
    REQUIRE(site.enforcer().status == 0);
    site.write("state/reports/example.org", "no report");
    const auto text = site.enforcer();
    CHECK_THAT(text.errors, Catch::Contains(" error enforcer: example.org: "));
    const auto json = site.enforcer({"--log", "json"});
    CHECK(json.status == 1);
    REQUIRE_FALSE(events(json).empty());
    CHECK(events(json)[0]["level"] == "error");
    CHECK(events(json)[0]["zone"] == "example.org");
}

TEST_CASE("what the signer tells as events it does not tell as lines", "[log]") {
    Installation site;
    site.write("example.org", "@ 60 SOA ns h 1 60 60 60 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n");
    site.set_time(*parse_rfc3339("2026-11-24T00:00:00Z"));
    site.write("example.org", "$ORIGIN example.org.\n" + site.read("example.org"));
    site.add_zone("example.org", "default");
    expect(site.enforcer());
    const auto first = site.signer({"--log", "json"});
    expect(first);
    CHECK(first.output.empty());
    REQUIRE(events(first).size() == 1);
    CHECK_THAT(events(first)[0]["message"].get<std::string>(),
               Catch::StartsWith("published serial"));
    const auto second = site.signer({"--log", "json"});
    CHECK(second.output.empty());
    REQUIRE(events(second).size() == 1);
    CHECK_THAT(events(second)[0]["message"].get<std::string>(),
               Catch::StartsWith("1 zone unchanged; example.org: first expiry "));
}

TEST_CASE("to the journal every line has its priority, elsewhere none", "[log]") {
    Sandbox site;
    const auto file = (site / "journal").string();
    const auto complain = [&](const std::string& stream) {
        std::filesystem::remove(file);
        (void)run({{"sh", "-c",
                    fmt::format("exec 2>{}; JOURNAL_STREAM={} exec {} -c {} policy check {}", file,
                                stream, KASPAR_PROGRAMS "/enforcer/kaspar",
                                (site / "kaspar.json").string(), "/nonexistent")}});
        return site.read(file);
    };
    CHECK_THAT(complain(fmt::format("$(stat -c %d:%i {})", file)),
               Catch::StartsWith("<3>kaspar: "));
    CHECK_THAT(complain("1:1"), Catch::StartsWith("kaspar: "));
}

}  // namespace log_form_test

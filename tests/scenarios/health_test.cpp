// `kaspar health`: thresholds of the configuration, the form for Nagios, and the test alert.
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace health_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

constexpr Duration day = 24h;

/// A zone that was published at the start; its signatures expire after 14 days.
struct Published : Sandbox {
    Published() {
        REQUIRE(add_zone().status == 0);
        REQUIRE(enforcer().status == 0);
        sign();
        REQUIRE(enforcer().status == 0);
    }

    /// Adds fields to kaspar.json.
    void configure(const std::string& fields) const {
        std::string text = read(*this / "kaspar.json");
        text.insert(text.rfind('}'), ", " + fields);
        write("kaspar.json", text);
    }

    /// The enforcer goes on, the signer does what it is told.
    void go_on(Duration length) {
        for (Duration passed{0}; passed < length; passed += 12h) {
            wait(12h);
            sign();
            REQUIRE(enforcer().status == 0);
        }
    }

    bool says(const std::string& words) const {
        return kaspar({"health"}).output.find(words) != std::string::npos;
    }
};

}  // namespace

TEST_CASE("the time left that is told is the policy's or the configuration's", "[health]") {
    Published site;  // refresh is 7 days
    site.wait(10 * day);
    CHECK_FALSE(site.says("signatures expire"));
    site.wait(day);
    CHECK(site.says("signatures expire in 3d"));
    site.configure(R"("health": { "expiry_warning": "2d", "expiry_critical": "1d" })");
    CHECK_FALSE(site.says("signatures expire"));
    site.wait(day + 1h);
    CHECK(site.says("signatures expire in 1d23h"));
    CHECK(site.kaspar({"health"}).status == 1);
}

TEST_CASE("a critical threshold above the warning is an error of the configuration", "[health]") {
    Published site;
    site.configure(R"("health": { "expiry_warning": "1d", "expiry_critical": "2d" })");
    const auto told = site.kaspar({"health"});
    CHECK(told.status == 1);
    CHECK_THAT(told.errors, Catch::Contains("health.expiry_critical is longer"));
}

TEST_CASE("how late the enforcer may be is configured", "[health]") {
    Published site;
    const auto next =
        parse_rfc3339(site.json({"status", "example.org"})["next_event"].get<std::string>());
    REQUIRE(next.ok());
    site.set_time(*next + 2h);
    CHECK(site.says("the enforcer was due"));
    site.configure(R"("health": { "enforcer_late": "3h" })");
    CHECK_FALSE(site.says("the enforcer was due"));
}

TEST_CASE("of a zone that stands still the cause is told, and not that the enforcer has not run",
          "[health]") {
    Published site;
    site.write("state/reports/example.org", "{");
    site.wait(30 * day);
    CHECK(site.enforcer().status == 1);
    CHECK(site.says("state/reports/example.org"));
    CHECK_FALSE(site.says("has not run"));
}

TEST_CASE("a roll that waits for the parent too long is told", "[health]") {
    Published site;
    site.go_on(3 * day);
    REQUIRE(site.json({"status", "example.org"})["ds_awaited"].size() == 1);
    CHECK(site.kaspar({"health"}).status == 0);
    site.go_on(14 * day);
    CHECK(site.says("example.org: waits for parent since 2026-11-2"));
    site.configure(R"("health": { "blocked": "unlimited" })");
    CHECK(site.kaspar({"health"}).status == 0);
}

TEST_CASE("as a plugin of Nagios health has four states", "[health]") {
    Published site;
    const auto good = site.kaspar({"health", "--nagios"});
    CHECK(good.status == 0);
    CHECK(good.output ==
          "KASPAR OK - 1 zone, first expiry in 14d (example.org)|zones=1;;;0 "
          "reasons=0;;;0 first_expiry=1209600s;302400:;151200:\n");
    site.configure(R"("health": { "enforcer_late": "365d", "signer_late": "365d" })");
    site.wait(11 * day);
    const auto warning = site.kaspar({"health", "--nagios"});
    CHECK(warning.status == 1);
    CHECK_THAT(warning.output,
               Catch::StartsWith("KASPAR WARNING - example.org: signatures expire in 3d and "));
    site.wait(2 * day);
    const auto critical = site.kaspar({"health", "--nagios"});
    CHECK(critical.status == 2);
    CHECK_THAT(critical.output, Catch::StartsWith("KASPAR CRITICAL - example.org: ") &&
                                    Catch::Contains("\n[critical] example.org: signatures"));
    std::filesystem::remove(site / "state/kaspar.db");
    const auto unknown = site.kaspar({"health", "--nagios"});
    CHECK(unknown.status == 3);
    CHECK_THAT(unknown.output, Catch::StartsWith("KASPAR UNKNOWN - there is no database"));
}

TEST_CASE("the message of a plugin is one line without a bar", "[health]") {
    Published site;
    site.write("policies/test.json", "{ \"a|b\": 1,\n \"c\": 2 }");
    CHECK(site.enforcer().status == 1);
    const auto told = site.kaspar({"health", "--nagios"});
    CHECK(told.status == 1);
    const auto line = told.output.substr(0, told.output.find('\n'));
    CHECK_THAT(line, Catch::Contains("a/b") && Catch::Contains("|zones=1"));
    CHECK(line.find('|') == line.rfind('|'));
}

TEST_CASE("a test alert is told as one, is on record, and ends by itself or on a word",
          "[health]") {
    Published site;
    CHECK(site.kaspar({"health", "--test-alert", "--for", "20m"}).status == 0);
    const auto alarmed = site.kaspar({"health"});
    CHECK(alarmed.status == 1);
    CHECK_THAT(alarmed.output, Catch::Contains("TEST ALERT, nothing is wrong"));
    CHECK(site.kaspar({"health", "--nagios"}).status == 1);
    CHECK_THAT(site.kaspar({"log"}).output,
               Catch::Contains("test alert raised until 2026-11-24T00:20:00Z"));
    site.wait(20min);
    CHECK(site.kaspar({"health"}).status == 0);

    CHECK(site.kaspar({"health", "--test-alert"}).status == 0);
    site.wait(14min);
    CHECK(site.says("TEST ALERT"));
    CHECK(site.kaspar({"health", "--end-test-alert"}).status == 0);
    CHECK(site.kaspar({"health"}).status == 0);
    CHECK_THAT(site.kaspar({"log"}).output, Catch::Contains("test alert ended"));
    for (const char* length : {"0s", "2d", "soon"})
        CHECK(site.kaspar({"health", "--test-alert", "--for", length}).status == 2);
    CHECK(site.kaspar({"health", "--for", "5m"}).status == 2);
}

}  // namespace health_test

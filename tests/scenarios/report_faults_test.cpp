// Reports that are wrong, and what the enforcer must not take from them.
#include <thread>

#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace report_faults_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

TEST_CASE("a report of a DNSKEY that is not the zone's stops its moves", "[attack][scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    Report report = box.perfect_report();
    report.publication->dnskeys[0].key.octets[3] ^= 0xff;
    box.write_report(report);
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "is not a key of this zone"));

    box.sign();
    CHECK(box.enforcer().status == 0);
    CHECK(box.json({"status", "example.org"})["trouble"].is_null());
}

TEST_CASE("a report of an instruction that the database never gave stops the zone's moves",
          "[attack][scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    Report report = box.perfect_report();
    report.last_run.generation = report.publication->generation = 7;
    box.write_report(report);
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "older than the report"));
}

TEST_CASE("a report that cannot be read, or is another zone's, stops the zone's moves",
          "[attack][scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    box.write("state/reports/example.org", "{ not a report");
    CHECK(box.enforcer().status == 1);
    CHECK(box.kaspar({"status"}).status == 0);
    Report report = box.perfect_report();
    report.zone = *Name::from_text("other.org");
    box.write("state/reports/example.org", report_text(report));
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "other.org"));
}

TEST_CASE("a report that knows of no data shows nothing gone", "[attack][scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    auto report = box.perfect_report();
    report.publication->data_signers.clear();
    box.write_report(report);
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "without any data"));
    box.sign();
    CHECK(box.enforcer().status == 0);
}

TEST_CASE("a report from the future is not taken in, and the true one after it is",
          "[attack][scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    auto report = box.perfect_report();
    report.publication->published += std::chrono::days(3000);
    box.write_report(report);
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(pass.errors.find("one of the clocks is wrong") != std::string::npos);
    box.sign();
    CHECK(box.enforcer().status == 0);
    CHECK(box.key("zsk")["dnskey"] == "rumoured");
}

TEST_CASE("a signer whose clock was set back is heard at once, and starts no clock earlier",
          "[attack][scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    auto fast = box.perfect_report();
    fast.publication->published += 9min;
    box.write_report(fast);
    REQUIRE(box.enforcer().status == 0);

    REQUIRE(box.kaspar({"key", "roll", "example.org", "--role", "zsk"}).status == 0);
    REQUIRE(box.enforcer().status == 0);
    box.wait(2min);
    box.sign();
    REQUIRE(box.enforcer().status == 0);
    REQUIRE(box.perfect_report().publication->published < fast.publication->published);
    const auto waits = box.json({"explain", "example.org"})["waits"].dump();
    CHECK(waits.find("to be published") == std::string::npos);
    const auto records = box.json({"explain", "example.org"})["records"];
    for (const auto& record : records)
        CHECK(record["who"] != "signer");

    // An old report that is put back tells nothing.
    box.write_report(fast);
    REQUIRE(box.enforcer().status == 0);
    CHECK(box.json({"explain", "example.org"})["records"] == records);
}

TEST_CASE("a report that is awaited is seen even if it was written over the last one in place",
          "[scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    box.sign();
    REQUIRE(box.enforcer().status == 0);
    REQUIRE(box.kaspar({"key", "roll", "example.org", "--role", "zsk"}).status == 0);
    REQUIRE(box.enforcer().status == 0);
    std::this_thread::sleep_for(2100ms);
    REQUIRE(box.enforcer().status == 0);
    box.wait(60s);
    box.sign();
    CHECK(box.enforcer().output.starts_with("looked at 1 zone"));
}

}  // namespace report_faults_test

// A zone that lost most of its records is held: the last good zone stands and is kept alive until a
// person accepts the loss or the input is whole again.
#include "tests/scenarios/many_zones.h"

namespace held_zones_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace kaspar::test::many_zones;
using namespace std::chrono_literals;

namespace {

/// A good zone with so many hosts besides.
std::string zone_with_hosts(int count) {
    std::string text = good_zone;
    for (int host = 0; host < count; ++host)
        text += fmt::format("host{} A 192.0.2.{}\n", host, host);
    return text;
}

}  // namespace

TEST_CASE("the loss of most of a zone is held until a person accepts just that input", "[many]") {
    ManyZones zones({"one.example", "other.example"});
    zones.site.write("one.example", zone_with_hosts(40));
    zones.sign(0);
    const auto before = zones.output("one.example");
    CHECK(zones.site.kaspar({"zone", "accept", "one.example"}).status == 1);  // nothing is held

    zones.site.write("one.example", zone_with_hosts(5));
    const auto run = zones.site.signer();
    expect(run, 1);
    check_names(run.errors, {"one.example: " + (zones.site / "one.example").string() + ": ",
                             "`kaspar zone accept one.example`"});
    CHECK(zones.last_outcome("one.example") == RunOutcome::held);
    CHECK(zones.last_outcome("other.example") == RunOutcome::published);
    CHECK(zones.output("one.example") == before);
    const auto health = zones.site.kaspar({"health"});
    CHECK(health.status == 1);
    check_names(health.output + health.errors, {"kaspar zone accept one.example"});

    // What was accepted is that input, not whatever comes after it.
    expect(zones.site.kaspar({"zone", "accept", "one.example"}));
    zones.site.write("one.example", zone_with_hosts(3));
    const auto others = zones.sign(1);
    CHECK(others.at("one.example")["outcome"] == "held");
    CHECK(zones.output("one.example").find("host39.") != std::string::npos);

    expect(zones.site.kaspar({"zone", "accept", "one.example"}));
    CHECK(zones.sign(0).at("one.example")["outcome"] == "published");
    const auto after = zones.output("one.example");
    CHECK(after.find("host2.one.example.") != std::string::npos);
    CHECK(after.find("host3.one.example.") == std::string::npos);
    expect(zones.site.enforcer());
    expect(zones.site.kaspar({"health"}));
    zones.verify("one.example", first_day + 1h);
}

TEST_CASE("a held zone is kept alive with all that it had", "[many]") {
    ManyZones zones({"one.example"});
    zones.site.write("one.example", zone_with_hosts(40));
    zones.sign(0);
    zones.site.write("one.example", zone_with_hosts(5));
    zones.sign(1);
    zones.site.set_time(first_day + 8 * 24h);
    const auto told = zones.sign(1).at("one.example");
    CHECK(told["outcome"] == "kept-alive");
    CHECK_FALSE(told["held_input"].is_null());
    CHECK(zones.output("one.example").find("host39.") != std::string::npos);
    zones.verify("one.example", first_day + 18 * 24h);
    // It can still be accepted.
    expect(zones.site.kaspar({"zone", "accept", "one.example"}));
    CHECK(zones.sign(0).at("one.example")["outcome"] == "published");
    CHECK(zones.output("one.example").find("host39.") == std::string::npos);
}

TEST_CASE("a held zone whose input comes back whole needs nobody", "[many]") {
    ManyZones zones({"one.example"});
    zones.site.write("one.example", zone_with_hosts(40));
    zones.sign(0);
    const auto output = place_of(zones.site / "one.example.signed");
    zones.site.write("one.example", zone_with_hosts(5));
    CHECK(zones.sign(1).at("one.example")["outcome"] == "held");
    zones.site.write("one.example", zone_with_hosts(40));
    CHECK(zones.sign(0).at("one.example")["outcome"] == "unchanged");
    CHECK(place_of(zones.site / "one.example.signed") == output);
    CHECK(zones.site.kaspar({"zone", "accept", "one.example"}).status == 1);
    expect(zones.site.enforcer());
    expect(zones.site.kaspar({"health"}));
}

}  // namespace held_zones_test

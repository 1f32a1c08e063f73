#include "enforcer/core/explanation.h"

#include <fmt/format.h>

#include "tests/support/catch.h"
#include "tests/unit/core_zone.h"

namespace explanation_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

std::vector<HeldRecord> held(const CoreZone& zone) {
    return held_records(zone.history, zone.policy, plan(zone.history, zone.policy, zone.now),
                        zone.now);
}

/// The record of that key (by tag) and that word. Fails the test if nothing holds it.
HeldRecord held(const CoreZone& zone, unsigned tag, std::string_view record) {
    for (const HeldRecord& one : held(zone))
        if (one.key == tag - 1 && one.record->word == record)
            return one;
    FAIL("nothing holds " << record << " of key " << tag);
    return {};
}

bool mentions(const std::string& text, const std::string& words) {
    INFO(text);
    return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("where everything is as it should be, nothing is held", "[explanation]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.keys[1].standby = 1;
    CHECK(held(secure_zone(policy)).empty());
}

TEST_CASE("a record that is published waits for the caches, and so does what relies on it",
          "[explanation]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
    zone.settle();
    const auto published = held(zone, 3, "dnskey");
    CHECK(published.state == RecordState::rumoured);
    CHECK(published.goal == RecordState::omnipresent);
    CHECK(published.on == Waiting::time);
    CHECK(published.until == zone.now + hours{3});
    CHECK(published.why == "caches may hold a DNSKEY RRset without it");

    const auto signing = held(zone, 3, "zone_signatures");
    CHECK(signing.on == Waiting::time);
    CHECK(signing.until == zone.now + hours{3});
    CHECK(signing.next ==
          "ZSK pre-publication, to sign the zone with 3; to stop signing the zone with 2");
    CHECK(mentions(signing.why, "would not validate; that DNSKEY RRset may be in caches"));

    const auto old = held(zone, 2, "dnskey");
    CHECK(old.state == RecordState::omnipresent);
    CHECK(old.goal == RecordState::hidden);
    CHECK(mentions(old.next, "an earlier step: ZSK pre-publication, to sign the zone with 3"));
}

TEST_CASE("a wait that only the policy's margin makes says so", "[explanation]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.publish_safety = hours{10};
    CoreZone zone = secure_zone(policy);
    REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
    zone.settle();
    CHECK(
        mentions(held(zone, 3, "zone_signatures").why, "and the policy adds publish_safety (10h)"));
    CHECK(held(zone, 3, "dnskey").until == zone.now + hours{13});
    zone.run_for(hours{4});
    const auto signing = held(zone, 3, "zone_signatures");
    CHECK(signing.why ==
          "the caches would allow it; the policy's publish_safety (10h) is not over");
    CHECK(signing.until == zone.now + hours{9});
}

TEST_CASE("a DS that nobody has confirmed waits for the parent", "[explanation]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    zone.parent_works = false;
    REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
    zone.run_for(hours{4});
    for (const unsigned tag : {1U, 3U}) {
        const auto ds = held(zone, tag, "ds");
        CHECK(ds.on == Waiting::parent);
        CHECK_FALSE(ds.until);
        CHECK(mentions(ds.why, "nobody has confirmed"));
    }
    const auto old = held(zone, 1, "dnskey");
    CHECK(old.on == Waiting::parent);
    CHECK(mentions(old.next,
                   "KSK double-signature, to stop signing the DNSKEY RRset with 1; to "
                   "withdraw DNSKEY 1"));
    CHECK(mentions(old.why, "that DS set may still be published"));
}

TEST_CASE("what the signer has not published waits for the signer", "[explanation]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    zone.signer_works = false;
    REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
    zone.run_for(days{3});
    CHECK(held(zone, 3, "dnskey").on == Waiting::signer);
    CHECK_FALSE(held(zone, 3, "dnskey").until);
    CHECK(held(zone, 3, "zone_signatures").on == Waiting::signer);
}

TEST_CASE(
    "a pause and a wrong clock hold what could move else; a missing approval leaves goals alone",
    "[explanation]") {
    CoreZone zone = secure_zone(policy_with({csk()}));
    SECTION("pause") {
        REQUIRE(ask_roll(zone.history, zone.policy, Role::csk).ok());
        zone.settle();
        zone.history.paused = true;
        CHECK(held(zone, 1, "dnskey").on == Waiting::operator_pause);
        CHECK(held(zone, 2, "ds").on == Waiting::operator_pause);
        CHECK(held(zone, 2, "dnskey").on == Waiting::time);
    }
    SECTION("clock") {
        REQUIRE(ask_roll(zone.history, zone.policy, Role::csk).ok());
        zone.settle();
        zone.history.last_event = zone.now;
        zone.now -= minutes{1};
        CHECK(held(zone, 2, "ds").on == Waiting::clock);
        CHECK(held(zone, 2, "ds").until == zone.now + minutes{1});
    }
    SECTION("approval") {
        zone.policy.keys.clear();
        zone.policy.approve = Approval::all;
        zone.settle();
        CHECK(held(zone).empty());  // no key has another goal before a person agrees
    }
}

TEST_CASE("what may be done now waits for the enforcer's next pass", "[explanation]") {
    CoreZone zone = secure_zone(policy_with({csk()}));
    zone.policy.keys.clear();
    zone.history.keys[0].wanted = false;
    const auto ds = held(zone, 1, "ds");
    CHECK(ds.on == Waiting::time);
    CHECK(ds.until == zone.now);
    CHECK(ds.next == "the enforcer's next pass");
}

}  // namespace explanation_test

// Emergency rolls: the shortest sequence that is safe, and on a person's word a shorter one that is
// not. And DS changes that turn back before the parent has answered.
#include "enforcer/core/exposure.h"
#include "tests/support/catch.h"
#include "tests/unit/core_zone.h"

namespace emergency_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

/// A resolver goes on believing what a key signs until no cache holds its DS or its DNSKEY.
bool is_believed(const CoreZone& zone, unsigned tag) {
    const auto is_somewhere = [](RecordState state) {
        return state != RecordState::hidden && state != RecordState::not_applicable;
    };
    const KeyStates states = zone.states(tag);
    return is_somewhere(states.ds) || is_somewhere(states.dnskey);
}

/// How long the key is believed from when `start_roll` is called, to half an hour.
Duration exposure(const Policy& policy, unsigned tag,
                  const std::function<void(CoreZone&)>& start_roll) {
    CoreZone zone = secure_zone(policy);
    start_roll(zone);
    const Time from = zone.now;
    for (zone.settle(); is_believed(zone, tag) && zone.now < from + days{90};)
        zone.run_for(minutes{30});
    return zone.now - from;
}

void give_up_first(CoreZone& zone, unsigned tag, Departure departure) {
    give_up(zone.history, zone.policy, KeySet::of(tag - 1), departure);
}

Policy with_margins(std::vector<KeySlot> keys) {
    Policy policy = policy_with(std::move(keys));
    policy.publish_safety = hours{5};
    policy.retire_safety = hours{40};
    policy.approve = Approval::all;
    return policy;
}

}  // namespace

TEST_CASE("no method gives up a KSK sooner than the emergency roll", "[emergency]") {
    const auto ds_ttl = GENERATE(hours{1}, hours{4}, hours{8}, hours{20});
    const auto dnskey_ttl = GENERATE(hours{1}, hours{5}, hours{12});
    for (const Method method :
         {Method::ksk_double_signature, Method::ksk_double_ds, Method::ksk_double_rrset}) {
        Policy policy = with_margins({ksk(method), zsk()});
        policy.ds_ttl = ds_ttl;
        policy.dnskey_ttl = dnskey_ttl;
        const Duration shortest = exposure(
            policy, 1, [](CoreZone& zone) { give_up_first(zone, 1, Departure::emergency); });
        const Duration parent = hours{3} + ds_ttl, zone_delay = hours{1} + dnskey_ttl;
        CHECK(shortest == std::min({2 * zone_delay + parent, 2 * std::max(parent, zone_delay),
                                    2 * parent + zone_delay}));
        policy.publish_safety = policy.retire_safety = Duration{0};
        policy.approve = Approval::none;
        const Duration orderly = exposure(policy, 1, [](CoreZone& zone) {
            REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
        });
        CHECK(shortest <= orderly);
    }
}

TEST_CASE("no method gives up a ZSK sooner than the emergency roll", "[emergency]") {
    for (const Method method : {Method::zsk_pre_publication, Method::zsk_double_signature}) {
        Policy policy = with_margins({ksk(), zsk(method)});
        const Duration shortest = exposure(
            policy, 2, [](CoreZone& zone) { give_up_first(zone, 2, Departure::emergency); });
        // Data that only the old key signed leaves the caches, then its DNSKEY does.
        CHECK(shortest == hours{1 + 24} + hours{1 + 2});
        policy.publish_safety = policy.retire_safety = Duration{0};
        policy.approve = Approval::none;
        const Duration orderly = exposure(policy, 2, [](CoreZone& zone) {
            REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
        });
        CHECK(shortest <= orderly);
    }
}

TEST_CASE("an unsafe roll waits for what is published, not for caches, and says what may fail",
          "[emergency]") {
    const Policy policy = with_margins({ksk(), zsk()});
    CoreZone zone = secure_zone(policy);
    give_up_first(zone, 1, Departure::unsafe);
    zone.signer_works = false;
    zone.settle();
    CHECK(zone.history.arrangement.ds == KeySet::of(0));  // the new DNSKEY is not published yet
    zone.signer_works = true;
    zone.publish();
    const Plan next = plan(zone.history, policy, zone.now);
    REQUIRE(next.rearrange);
    CHECK(next.rearrange->next.ds == KeySet::of(2));
    REQUIRE(next.rearrange->in_spite_of);
    CHECK(next.rearrange->in_spite_of->find("would not validate") != std::string::npos);
    CHECK(exposure(policy, 1, [](CoreZone& other) {
              give_up_first(other, 1, Departure::unsafe);
          }) == hours{3 + 6});  // its DNSKEY goes when the parent answers
}

TEST_CASE("what is foretold of a key in danger comes true", "[emergency]") {
    const auto departure = GENERATE(Departure::emergency, Departure::unsafe);
    const auto role = GENERATE(Role::csk, Role::ksk, Role::zsk);
    Policy policy =
        with_margins(role == Role::csk ? std::vector{csk()} : std::vector{ksk(), zsk()});
    policy.signatures.validity = policy.signatures.refresh = days{7};
    const unsigned tag = role == Role::zsk ? 2 : 1;
    CoreZone zone = secure_zone(policy);
    give_up_first(zone, tag, departure);
    const Forecast forecast =
        foresee({zone.history, zone.history.generation}, policy, zone.now, std::nullopt);
    const Exposure foretold = exposure(forecast, tag - 1);
    REQUIRE(foretold.believed_until);
    CHECK(*foretold.believed_until - zone.now ==
          exposure(policy, tag, [&](CoreZone& other) { give_up_first(other, tag, departure); }));
    CHECK(foretold.breaches.empty() == (departure == Departure::emergency));
}

TEST_CASE("a safe emergency roll ignores no combination", "[emergency]") {
    const Policy policy = with_margins({csk()});
    CoreZone zone = secure_zone(policy);
    give_up_first(zone, 1, Departure::emergency);
    for (int half_hours = 0; half_hours < 200; ++half_hours) {
        const Plan next = plan(zone.history, policy, zone.now);
        CHECK_FALSE((next.rearrange && next.rearrange->in_spite_of));
        zone.run_for(minutes{30});
    }
    CHECK(zone.history.arrangement.all() == KeySet::of(1));
}

TEST_CASE("a key in danger never comes back", "[emergency]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    give_up_first(zone, 1, Departure::emergency);
    zone.run_for(hours{1});
    CHECK_FALSE(zone.history.keys[0].wanted);
    CHECK_FALSE(abort_roll(zone.history, zone.policy, Role::ksk, zone.now).ok());

    // Not even when the policy goes to another scheme and back.
    const Policy before = zone.policy;
    zone.policy = policy_with({csk()});
    zone.run_for(hours{1});
    zone.policy = before;
    zone.run_for(days{10});
    CHECK_FALSE(zone.history.keys[0].wanted);
}

TEST_CASE("a standby key in danger leaves, and one that is safe takes over at once",
          "[emergency]") {
    Policy policy = policy_with({csk()});
    policy.keys[0].standby = 1;
    CoreZone zone = secure_zone(policy);
    REQUIRE(zone.history.keys.size() == 2);
    SECTION("the standby key in danger is replaced by another") {
        give_up_first(zone, 2, Departure::emergency);
        zone.run_for(days{10});
        CHECK(zone.history.arrangement.dnskey == KeySet::of(0, 2));
        CHECK(zone.history.arrangement.ds == KeySet::of(0));
    }
    SECTION("the standby key takes over") {
        give_up_first(zone, 1, Departure::emergency);
        zone.run_for(hours{1});
        CHECK(zone.history.keys[1].wanted);
        CHECK_FALSE(zone.history.keys[1].standby);
        CHECK(zone.history.arrangement.zone_signers.contains(1));
    }
}

TEST_CASE("a DS change is not taken back before the parent has answered it", "[emergency]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    zone.parent_works = false;
    REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
    zone.run_for(days{2});
    REQUIRE(zone.history.arrangement.ds == KeySet::of(2));
    REQUIRE(abort_roll(zone.history, zone.policy, Role::ksk, zone.now).ok());
    zone.run_for(days{5});
    // If the parent shows the old DS now, it may have done nothing yet, or both.
    CHECK(zone.history.arrangement.ds == KeySet::of(2));
    const auto waits = plan(zone.history, zone.policy, zone.now).waits;
    CHECK(std::any_of(waits.begin(), waits.end(), [](const Wait& wait) {
        return wait.why.find("has not answered") != std::string::npos;
    }));
    SECTION("it answers") {
        zone.parent_works = true;
    }
    SECTION("it is asked no more") {
        ds_gone(zone.history, KeySet::of(2), zone.policy, zone.now);
        zone.settle();
        CHECK(zone.history.arrangement.ds == KeySet::of(0));
        zone.parent_works = true;
    }
    zone.run_for(days{10});
    CHECK(zone.history.arrangement.ds == KeySet::of(0));
    CHECK(zone.history.arrangement.dnskey == KeySet::of(0, 1));
}

}  // namespace emergency_test

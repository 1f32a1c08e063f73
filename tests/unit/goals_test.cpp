#include "enforcer/core/goals.h"

#include "enforcer/core/timing.h"
#include "tests/support/catch.h"
#include "tests/unit/core_zone.h"

namespace goals_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::chrono::days;
using std::chrono::hours;

namespace {

const Wait* wait_on(const Plan& plan, Waiting whom) {
    for (const Wait& wait : plan.waits)
        if (wait.on == whom)
            return &wait;
    return nullptr;
}

}  // namespace

TEST_CASE("a roll starts as long before the lifetime's end as its formula says", "[goals]") {
    Policy policy = policy_with({});
    policy.publish_safety = hours{5};
    policy.registration_delay = hours{7};
    const Duration dprp = policy.zone_propagation_delay,
                   dprp_parent = policy.parent_propagation_delay;
    const auto lead = [&](Role role, Method method) {
        return roll_lead(slot(role, method), policy);
    };
    CHECK(lead(Role::zsk, Method::zsk_pre_publication) ==
          timing::zsk_publication(dprp, policy.dnskey_ttl) + hours{5});
    CHECK(lead(Role::zsk, Method::zsk_double_signature) == Duration{0});
    CHECK(lead(Role::ksk, Method::ksk_double_signature) ==
          timing::ksk_publication(dprp, policy.dnskey_ttl) + hours{5});
    CHECK(lead(Role::ksk, Method::ksk_double_ds) ==
          hours{7} + timing::ds_publication(dprp_parent, policy.ds_ttl) + hours{5});
    CHECK(lead(Role::ksk, Method::ksk_double_rrset) ==
          timing::double_rrset_publication(hours{7}, dprp_parent, policy.ds_ttl, dprp,
                                           policy.dnskey_ttl) +
              hours{5});
    CHECK(lead(Role::zsk, Method::zsk_pre_publication) == hours{8});  // 1h + 2h + 5h
    CHECK(lead(Role::ksk, Method::ksk_double_ds) == hours{21});       // 7h + 3h + 6h + 5h
}

TEST_CASE("the plan wakes for the end of a lifetime, and then makes the successor", "[goals]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.keys[1].lifetime = days{40};
    CoreZone zone = secure_zone(policy);
    const Time due = start + days{40} - hours{3};
    CHECK(plan(zone.history, policy, zone.now).wake_at == due);
    CHECK(plan(zone.history, policy, due - Duration{1}).make.empty());
    REQUIRE(plan(zone.history, policy, due).make.size() == 1);
    CHECK(plan(zone.history, policy, due).make.front().slot == 1);
}

TEST_CASE("approval is waited for where the policy wants it", "[goals]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.keys[0].lifetime = policy.keys[1].lifetime = days{40};
    const Time late = start + days{50};
    const auto made = [&](Approval approve, bool approved) {
        policy.approve = approve;
        CoreZone zone = secure_zone(policy);  // the first keys need nobody's approval
        REQUIRE(zone.history.arrangement.ds.size() == 1);
        zone.history.approved = approved;
        const Plan next = plan(zone.history, policy, late);
        CHECK((wait_on(next, Waiting::approval) != nullptr) == (next.make.size() < 2));
        return next.make.size();
    };
    CHECK(made(Approval::none, false) == 2);
    CHECK(made(Approval::ksk, false) == 1);
    CHECK(made(Approval::all, false) == 0);
    CHECK(made(Approval::all, true) == 2);
}

TEST_CASE("an approval to go insecure is no approval of the rolls after the way back", "[goals]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.approve = Approval::all;
    CoreZone zone = secure_zone(policy);
    zone.policy.keys.clear();
    zone.run_for(hours{1});
    REQUIRE(wait_on(plan(zone.history, zone.policy, zone.now), Waiting::approval) != nullptr);
    zone.history.approved = true;
    zone.run_for(hours{1});
    const Plan leaving = plan(zone.history, zone.policy, zone.now);
    REQUIRE(zone.history.arrangement.ds.empty());
    CHECK(wait_on(leaving, Waiting::approval) == nullptr);
    zone.policy = policy;
    zone.run_for(days{10});
    REQUIRE(zone.history.arrangement.ds == KeySet::of(0));

    zone.policy.keys[0].lifetime = days{11};
    zone.run_for(days{20});
    CHECK(zone.history.keys.size() == 2);
    CHECK(wait_on(plan(zone.history, zone.policy, zone.now), Waiting::approval) != nullptr);
}

TEST_CASE("a roll asked for makes one successor, which is made once", "[goals]") {
    CoreZone zone = secure_zone(policy_with({csk()}));
    REQUIRE(ask_roll(zone.history, zone.policy, Role::csk).ok());
    zone.settle();
    CHECK(zone.history.keys.size() == 2);
    CHECK_FALSE(zone.history.keys[0].wanted);
    CHECK(zone.history.keys[1].wanted);
    CHECK_FALSE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
}

TEST_CASE("keys made in the same second replace each other in the order of their making",
          "[goals]") {
    Policy policy = policy_with({csk()});
    policy.keys[0].standby = 1;
    CoreZone zone = secure_zone(policy);
    zone.history.keys[1].created = zone.history.keys[0].created;
    REQUIRE(ask_roll(zone.history, policy, Role::csk).ok());
    zone.settle();
    CHECK_FALSE(plan(zone.history, policy, zone.now).changes_anything());
    CHECK(zone.history.keys[1].wanted);
    CHECK_FALSE(zone.history.keys[1].standby);
    CHECK(zone.history.keys.size() == 3);
}

TEST_CASE("an aborted roll goes back to its predecessor while that is published", "[goals]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    CHECK_FALSE(abort_roll(zone.history, zone.policy, Role::ksk, zone.now).ok());
    REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
    zone.run_for(hours{1});
    REQUIRE(abort_roll(zone.history, zone.policy, Role::ksk, zone.now).ok());
    zone.run_for(days{10});
    CHECK(zone.history.arrangement.dnskey == KeySet::of(0, 1));
    CHECK(zone.history.arrangement.ds == KeySet::of(0));
}

TEST_CASE("a roll that a lifetime began and a person took back begins again on a person's word",
          "[goals]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.keys[0].lifetime = days{40};
    CoreZone zone = secure_zone(policy);
    zone.run_for(start + days{40} - zone.now);
    REQUIRE(zone.history.keys.size() == 3);
    REQUIRE(abort_roll(zone.history, policy, Role::ksk, zone.now).ok());
    zone.run_for(days{20});
    CHECK(zone.history.keys.size() == 3);
    CHECK(zone.history.arrangement.ds == KeySet::of(0));
    const Plan kept = plan(zone.history, policy, zone.now);
    const Wait* wait = wait_on(kept, Waiting::approval);
    REQUIRE(wait != nullptr);
    CHECK(wait->why == "a person took its roll back");
    zone.history.approved = true;
    zone.run_for(days{20});
    CHECK(zone.history.arrangement.ds == KeySet::of(3));
}

TEST_CASE("a roll that was asked for before its time and taken back comes with the lifetime",
          "[goals]") {
    Policy policy = policy_with({ksk(), zsk()});
    policy.keys[0].lifetime = days{40};
    CoreZone zone = secure_zone(policy);
    REQUIRE(ask_roll(zone.history, policy, Role::ksk).ok());
    zone.run_for(hours{1});
    REQUIRE(abort_roll(zone.history, policy, Role::ksk, zone.now).ok());
    zone.run_for(days{60});
    CHECK(zone.history.arrangement.ds == KeySet::of(3));
}

TEST_CASE("an abort takes back a roll that was only asked for", "[goals]") {
    CoreZone zone = secure_zone(policy_with({csk()}));
    REQUIRE(ask_roll(zone.history, zone.policy, Role::csk).ok());
    REQUIRE(abort_roll(zone.history, zone.policy, Role::csk, zone.now).ok());
    CHECK_FALSE(plan(zone.history, zone.policy, zone.now).changes_anything());
}

}  // namespace goals_test

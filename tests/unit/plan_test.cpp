#include "enforcer/core/plan.h"

#include "enforcer/core/timing.h"
#include "tests/support/catch.h"
#include "tests/unit/core_zone.h"

namespace plan_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::chrono::days;
using std::chrono::hours;

TEST_CASE("methods keep the times of RFC 7583 where nothing else interferes", "[plan]") {
    Policy policy = policy_with({ksk(), zsk()});
    const Duration dprp = policy.zone_propagation_delay;
    SECTION("ZSK pre-publication: Ipub, then Iret with Dsgn 0") {
        CoreZone zone = secure_zone(policy);
        REQUIRE(ask_roll(zone.history, policy, Role::zsk).ok());
        const auto& now = zone.history.arrangement;
        CHECK(time_until(zone, [&] { return now.zone_signers == KeySet::of(2); }) ==
              timing::zsk_publication(dprp, policy.dnskey_ttl));
        CHECK(time_until(zone, [&] { return !now.dnskey.contains(1); }) ==
              timing::zsk_retirement(Duration{0}, dprp, policy.max_ttl));
    }
    SECTION("ZSK double-signature: Iret") {
        policy.keys[1].method = Method::zsk_double_signature;
        CoreZone zone = secure_zone(policy);
        REQUIRE(ask_roll(zone.history, policy, Role::zsk).ok());
        CHECK(time_until(zone, [&] { return !zone.history.arrangement.dnskey.contains(1); }) ==
              timing::zsk_double_retirement(Duration{0}, dprp, policy.dnskey_ttl, policy.max_ttl));
    }
    SECTION("KSK double-signature: IpubC, then Iret") {
        CoreZone zone = secure_zone(policy);
        REQUIRE(ask_roll(zone.history, policy, Role::ksk).ok());
        const auto& now = zone.history.arrangement;
        CHECK(time_until(zone, [&] { return now.ds == KeySet::of(2); }) ==
              timing::ksk_publication(dprp, policy.dnskey_ttl));
        CHECK(time_until(zone, [&] { return !now.dnskey.contains(0); }) ==
              timing::ksk_retirement(policy.parent_propagation_delay, policy.ds_ttl));
    }
    SECTION("KSK double-DS: IpubP, then Iret") {
        policy.keys[0].method = Method::ksk_double_ds;
        CoreZone zone = secure_zone(policy);
        REQUIRE(ask_roll(zone.history, policy, Role::ksk).ok());
        const auto& now = zone.history.arrangement;
        CHECK(time_until(zone, [&] { return now.dnskey_signers == KeySet::of(2); }) ==
              timing::ds_publication(policy.parent_propagation_delay, policy.ds_ttl));
        CHECK(time_until(zone, [&] { return now.ds == KeySet::of(2); }) ==
              timing::ds_retirement(dprp, policy.dnskey_ttl));
    }
    SECTION("KSK double-RRset: Ipub") {
        policy.keys[0].method = Method::ksk_double_rrset;
        CoreZone zone = secure_zone(policy);
        REQUIRE(ask_roll(zone.history, policy, Role::ksk).ok());
        CHECK(time_until(zone, [&] { return zone.history.arrangement.ds == KeySet::of(2); }) ==
              timing::double_rrset_publication(Duration{0}, policy.parent_propagation_delay,
                                               policy.ds_ttl, dprp, policy.dnskey_ttl));
    }
}

TEST_CASE("a paused zone moves nothing and says so", "[plan]") {
    CoreZone zone = secure_zone(policy_with({csk()}));
    REQUIRE(ask_roll(zone.history, zone.policy, Role::csk).ok());
    zone.history.paused = true;
    const Plan idle = plan(zone.history, zone.policy, zone.now);
    CHECK_FALSE(idle.changes_anything());
    CHECK(waits_on(idle, Waiting::operator_pause));
    zone.history.paused = false;
    CHECK(plan(zone.history, zone.policy, zone.now).changes_anything());
}

TEST_CASE("a clock that went back moves nothing, and the plan wakes when it is right again",
          "[plan]") {
    CoreZone zone = secure_zone(policy_with({csk()}));
    REQUIRE(ask_roll(zone.history, zone.policy, Role::csk).ok());
    zone.history.last_event = zone.now;
    const Plan idle = plan(zone.history, zone.policy, zone.now - Duration{1});
    CHECK_FALSE(idle.changes_anything());
    CHECK(waits_on(idle, Waiting::clock));
    CHECK(idle.wake_at == zone.now);
}

TEST_CASE("a standby key is published and signs nothing", "[plan]") {
    for (const KeySlot& line : {csk(), zsk()}) {
        Policy policy = policy_with({csk()});
        if (line.role == Role::zsk)
            policy.keys = {ksk(), zsk()};
        policy.keys.back().standby = 1;
        const CoreZone zone = secure_zone(policy);
        KeySet standby;
        for (KeyIndex i = 0; i < zone.history.keys.size(); ++i)
            if (zone.history.keys[i].standby)
                standby.insert(i);
        const auto& now = zone.history.arrangement;
        REQUIRE(standby.size() == 1);
        CHECK(standby.is_subset_of(now.dnskey));
        CHECK((standby & (now.ds | now.dnskey_signers | now.zone_signers)).empty());
    }
}

TEST_CASE("a zone whose new KSK waits for approval keeps the DS that it has", "[plan]") {
    CoreZone zone = secure_zone(policy_with({csk()}));
    zone.policy.keys = {ksk(), zsk()};
    zone.policy.approve = Approval::ksk;
    zone.run_for(days{30});
    CHECK(zone.history.keys.size() == 2);  // the zsk was made
    CHECK(zone.history.arrangement.ds == KeySet::of(0));
    zone.history.approved = true;
    zone.run_for(days{30});
    CHECK(zone.history.keys.size() == 3);
    CHECK(zone.history.arrangement.ds == KeySet::of(2));
    CHECK_FALSE(zone.history.arrangement.dnskey.contains(0));
}

TEST_CASE("a zone that comes back while its old DS is cached publishes new keys beside the old",
          "[plan]") {
    CoreZone zone = secure_zone(policy_with({csk()}));
    zone.policy.keys.clear();
    zone.settle();
    REQUIRE(zone.history.arrangement.ds.empty());
    REQUIRE(zone.history.arrangement.dnskey == KeySet::of(0));
    zone.policy.keys = {csk()};
    zone.policy.keys[0].algorithm = Algorithm::ed25519;
    zone.settle();
    CHECK(zone.history.arrangement.dnskey == KeySet::of(0, 1));
    zone.run_for(days{30});
    CHECK(zone.history.arrangement ==
          Arrangement{KeySet::of(1), KeySet::of(1), KeySet::of(1), KeySet::of(1)});
}

TEST_CASE("DS that lead nowhere go one after the other, before the one that is used", "[plan]") {
    CoreZone zone = secure_zone(policy_with({csk(Method::ksk_double_ds)}));
    zone.signer_works = false;
    for (int roll = 0; roll < 3; ++roll) {
        REQUIRE(ask_roll(zone.history, zone.policy, Role::csk).ok());
        zone.run_for(hours{1});
    }
    REQUIRE(zone.history.arrangement.ds == KeySet::of(0, 1, 2, 3));
    zone.policy.keys.clear();
    zone.parent_works = false;
    zone.settle();
    CHECK(zone.history.arrangement.ds == KeySet::of(0));
    zone.signer_works = zone.parent_works = true;
    zone.run_for(days{10});
    CHECK(zone.history.arrangement == Arrangement{});
}

TEST_CASE("more DS than can be undecided at once leave in parts", "[plan]") {
    CoreZone zone = secure_zone(policy_with({csk(Method::ksk_double_rrset)}));
    for (int roll = 0; roll < 9; ++roll) {
        REQUIRE(ask_roll(zone.history, zone.policy, Role::csk).ok());
        zone.settle();
    }
    REQUIRE(zone.history.keys.size() == 10);
    zone.run_for(days{30});
    CHECK(zone.history.arrangement.ds == KeySet::of(9));
    CHECK(zone.history.arrangement.dnskey == KeySet::of(9));
}

TEST_CASE("the parent's silence stops the DS, not the ZSK", "[plan]") {
    CoreZone zone = secure_zone(policy_with({ksk(), zsk()}));
    zone.parent_works = false;
    REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
    REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
    zone.run_for(days{30});
    const auto& now = zone.history.arrangement;
    CHECK(now.zone_signers.size() == 1);
    CHECK_FALSE(now.zone_signers.contains(1));
    CHECK_FALSE(now.dnskey.contains(1));
    CHECK(now.dnskey_signers.contains(0));
    CHECK(waits_on(plan(zone.history, zone.policy, zone.now), Waiting::parent));
}

}  // namespace plan_test

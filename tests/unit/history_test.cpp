#include "enforcer/core/history.h"

#include "tests/support/catch.h"
#include "tests/unit/core_zone.h"

namespace history_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::chrono::days;
using std::chrono::hours;

namespace {

using Sets = std::vector<KeySet>;

bool same(Sets found, Sets expected) {
    for (const KeySet set : expected)
        if (std::erase(found, set) != 1)
            return false;
    return found.empty();
}

/// A secure zone with keys 0, 1 and 2 of one algorithm, of which 0 does everything.
History secure(const Policy& policy) {
    History history;
    for (std::uint16_t tag = 1; tag <= 3; ++tag)
        history.keys.push_back(key_of(csk(), tag, start));
    const KeySet zero = KeySet::of(0);
    history.arrangement = {zero, zero, zero, zero};
    history.ds = {{zero, {start, policy.ds_ttl, {}, {}}}};
    history.dnskey = {{zero, zero, {start, policy.dnskey_ttl, {}, {}}}};
    history.data = {{zero, {start, policy.max_ttl, {}, {}}}};
    history.generation = 1;
    return history;
}

Observation seen_as_instructed(const History& history, const Policy& policy, Time when) {
    const Arrangement& now = history.arrangement;
    return {history.generation, when,           now.dnskey, now.dnskey_signers, {now.zone_signers},
            policy.dnskey_ttl,  policy.max_ttl, Duration{0}};
}

const DnskeyVersion& version_of(const History& history, KeySet keys) {
    for (const auto& version : history.dnskey)
        if (version.keys == keys)
            return version;
    throw std::logic_error("no such DNSKEY version");
}

const DataVersion& data_of(const History& history, KeySet signers) {
    for (const auto& version : history.data)
        if (version.signers == signers)
            return version;
    throw std::logic_error("no such data version");
}

/// Publishes key 1, by a new instruction.
void instruct_both(History& history, const Policy& policy, Time now) {
    Arrangement next = history.arrangement;
    next.dnskey = KeySet::of(0, 1);
    instruct(history, next, policy, now);
    ++history.generation;
}

}  // namespace

TEST_CASE("a version is closed by a report on the latest instruction, and by no other",
          "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    Observation old = seen_as_instructed(history, policy, start + hours{1});
    instruct_both(history, policy, start);
    record(history, old, policy);
    CHECK(version_of(history, KeySet::of(0)).window.open());
    CHECK(version_of(history, KeySet::of(0, 1)).window.open());
    record(history, seen_as_instructed(history, policy, start + hours{5}), policy);
    // Superseded at 5h: TTL 2h and propagation 1h more.
    CHECK(version_of(history, KeySet::of(0)).window.until == start + hours{8});
    CHECK(version_of(history, KeySet::of(0, 1)).window.open());
}

TEST_CASE("a report on an earlier instruction proves nothing gone", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    instruct_both(history, policy, start);
    Observation second = seen_as_instructed(history, policy, start);
    second.data_signers = {KeySet::of(1)};
    Arrangement next = history.arrangement;
    next.dnskey = KeySet::of(0, 1, 2);
    next.zone_signers = KeySet::of(1);
    instruct(history, next, policy, start);
    ++history.generation;
    record(history, second, policy);
    CHECK(version_of(history, KeySet::of(0)).window.open());
    CHECK(data_of(history, KeySet::of(0)).window.open());
}

TEST_CASE("what is instructed stays open though a report shows something else", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    Observation other = seen_as_instructed(history, policy, start);
    instruct_both(history, policy, start);
    other.generation = history.generation;
    record(history, other, policy);
    CHECK(version_of(history, KeySet::of(0, 1)).window.open());
}

TEST_CASE("a signer that is away for a month lets nothing start", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    instruct_both(history, policy, start);
    forget(history, policy, start + days{30});
    CHECK(version_of(history, KeySet::of(0)).window.live(start + days{30}));
    record(history, seen_as_instructed(history, policy, start + days{30}), policy);
    CHECK(version_of(history, KeySet::of(0)).window.until == start + days{30} + hours{3});
}

TEST_CASE("a lowered TTL counts only once caches cannot hold the larger", "[history]") {
    Policy policy = policy_with({csk()});
    History history = secure(policy);
    policy.dnskey_ttl = Duration{60};
    policy.max_ttl = Duration{60};
    follow_policy(history, policy, start);
    CHECK(version_of(history, KeySet::of(0)).window.ttl == hours{2});
    // The signer publishes with the small TTL at 1h, and something else soon after.
    record(history, seen_as_instructed(history, policy, start + hours{1}), policy);
    instruct_both(history, policy, start + hours{1});
    record(history, seen_as_instructed(history, policy, start + hours{1} + Duration{60}), policy);
    CHECK(version_of(history, KeySet::of(0)).window.until == start + hours{4});
}

TEST_CASE("a report on an earlier instruction lowers no TTL that was instructed since",
          "[history]") {
    Policy policy = policy_with({csk()});
    History history = secure(policy);
    const Observation earlier = seen_as_instructed(history, policy, start);
    policy.dnskey_ttl = policy.max_ttl = days{2};
    follow_policy(history, policy, start);
    ++history.generation;  // published with it, and replaced before it was reported
    policy.dnskey_ttl = policy.max_ttl = Duration{60};
    follow_policy(history, policy, start + hours{1});
    ++history.generation;
    record(history, earlier, policy);
    CHECK(version_of(history, KeySet::of(0)).window.ttl == days{2});
    CHECK(data_of(history, KeySet::of(0)).window.ttl == days{2});
}

TEST_CASE("a lowered DS TTL counts from when the policy says so, a larger one at once",
          "[history]") {
    Policy policy = policy_with({csk()});
    History history = secure(policy);
    history.arrangement.ds = KeySet::of(1);
    SECTION("lowered: the floor is 6h + 3h after the edit") {
        policy.ds_ttl = hours{1};
        follow_policy(history, policy, start);
        ds_gone(history, KeySet::of(0), policy, start + hours{1});
        CHECK(history.ds.front().window.until == start + hours{9});
    }
    SECTION("raised") {
        policy.ds_ttl = days{2};
        follow_policy(history, policy, start);
        ds_gone(history, KeySet::of(0), policy, start + hours{1});
        CHECK(history.ds.front().window.until == start + hours{1} + days{2} + hours{3});
    }
}

TEST_CASE("a TTL that a report shows counts, though the policy has a smaller one", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    Observation seen = seen_as_instructed(history, policy, start);
    seen.largest_ttl = days{7};
    seen.dnskey_ttl = days{6};
    record(history, seen, policy);
    history.arrangement.zone_signers = KeySet::of(1);
    history.arrangement.dnskey = KeySet::of(1);
    ++history.generation;
    record(history, seen_as_instructed(history, policy, start + hours{1}), policy);
    CHECK(data_of(history, KeySet::of(0)).window.until == start + hours{1} + days{7} + hours{1});
    CHECK(version_of(history, KeySet::of(0)).window.until == start + hours{1} + days{6} + hours{1});
}

TEST_CASE("a version that comes back keeps what caches hold from before", "[history]") {
    Policy policy = policy_with({csk()});
    History history = secure(policy);
    const Arrangement before = history.arrangement;
    instruct_both(history, policy, start);
    record(history, seen_as_instructed(history, policy, start), policy);
    REQUIRE(version_of(history, KeySet::of(0)).window.until == start + hours{3});
    const Time again = start + std::chrono::minutes{30};
    instruct(history, before, policy, again);
    ++history.generation;
    const Window back = version_of(history, KeySet::of(0)).window;
    CHECK(back.open());
    CHECK(back.floor == start + hours{3});
    // Gone again at once, when servers have become faster: what was held before still counts.
    policy.zone_propagation_delay = Duration{0};
    instruct_both(history, policy, again);
    record(history, seen_as_instructed(history, policy, again), policy);
    CHECK(version_of(history, KeySet::of(0)).window.until == start + hours{3});
}

TEST_CASE("larger TTLs of the policy count before any report shows them", "[history]") {
    Policy policy = policy_with({csk()});
    History history = secure(policy);
    policy.dnskey_ttl = policy.max_ttl = days{3};
    follow_policy(history, policy, start);
    CHECK(version_of(history, KeySet::of(0)).window.ttl == days{3});
    CHECK(data_of(history, KeySet::of(0)).window.ttl == days{3});
}

TEST_CASE("that there was no DNSKEY is cached as long as any negative answer", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = begin(policy, start);
    history.keys = secure(policy).keys;
    const KeySet zero = KeySet::of(0);
    instruct(history, {{}, zero, zero, zero}, policy, start);
    history.generation = 1;
    Observation seen = seen_as_instructed(history, policy, start);
    seen.negative_ttl = hours{9};
    record(history, seen, policy);
    CHECK(version_of(history, KeySet{}).window.until == start + hours{10});
}

TEST_CASE("the parent may pass through every mixture but the empty one", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    CHECK(same(possible_ds(history, KeySet::of(1)),
               {KeySet::of(0), KeySet::of(1), KeySet::of(0, 1)}));
    CHECK(same(possible_ds(history, KeySet::of(0, 1)), {KeySet::of(0), KeySet::of(0, 1)}));
    CHECK(same(possible_ds(history, KeySet{}), {KeySet::of(0), KeySet{}}));
    SECTION("and from each set that it may have now") {
        history.ds.push_back({KeySet::of(1), {start, policy.ds_ttl, {}, {}}});
        CHECK(same(possible_ds(history, KeySet::of(1)),
                   {KeySet::of(0), KeySet::of(1), KeySet::of(0, 1)}));
    }
}

TEST_CASE("while signatures are replaced an RRset has the new one or one old one", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    Arrangement next = history.arrangement;
    next.zone_signers = KeySet::of(1);
    SECTION("the old key is published: its signature may stay until it comes due") {
        next.dnskey = KeySet::of(0, 1);
        CHECK(same(possible_data(history, next), {KeySet::of(0), KeySet::of(1)}));
    }
    SECTION("the old key is withdrawn: it may not") {
        next.dnskey = KeySet::of(1);
        CHECK(same(possible_data(history, next), {KeySet::of(1)}));
    }
    SECTION("of two signatures the one that stays may be the older key's") {
        history.data = {{KeySet::of(0, 1), {start, policy.max_ttl, {}, {}}}};
        next.dnskey = KeySet::of(0, 1);
        CHECK(same(possible_data(history, next), {KeySet::of(0), KeySet::of(1)}));
    }
    SECTION("two keys that sign allow no old one in their place") {
        next.dnskey = KeySet::of(0, 1, 2);
        next.zone_signers = KeySet::of(1, 2);
        CHECK(same(possible_data(history, next), {KeySet::of(1, 2)}));
    }
    SECTION("each algorithm by itself") {
        history.keys[1].algorithm = history.keys[2].algorithm = Algorithm::ed25519;
        history.data = {{KeySet::of(0, 1), {start, policy.max_ttl, {}, {}}}};
        next.dnskey = KeySet::of(0, 1, 2);
        next.zone_signers = KeySet::of(0, 2);
        CHECK(same(possible_data(history, next), {KeySet::of(0, 1), KeySet::of(0, 2)}));
    }
}

TEST_CASE("DS seen and gone close what they contradict", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    Arrangement next = history.arrangement;
    next.ds = KeySet::of(1);
    instruct(history, next, policy, start);
    CHECK(ds_awaited(history) == KeySet::of(1));
    CHECK(ds_to_go(history) == KeySet::of(0));
    ds_seen(history, KeySet::of(1), policy, start + hours{1});
    CHECK(ds_awaited(history).empty());
    CHECK(ds_to_go(history) == KeySet::of(0));
    ds_gone(history, KeySet::of(0), policy, start + hours{2});
    CHECK(ds_to_go(history).empty());
    for (const auto& version : history.ds)
        CHECK(version.window.open() == (version.keys == KeySet::of(1)));
}

TEST_CASE(
    "after a backup what is served is adopted, nothing remembered is given up, and moves wait",
    "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    instruct_both(history, policy, start);
    const Time now = start + days{1};
    // Meanwhile key 1 took over, as the database does not know.
    Observation seen = seen_as_instructed(history, policy, now);
    seen.generation = 7;
    seen.dnskey = seen.dnskey_signers = KeySet::of(1);
    seen.data_signers = {KeySet::of(1)};
    history.generation = 1'000'007;
    adopt(history, seen, KeySet::of(1), policy, now);

    const KeySet one = KeySet::of(1);
    CHECK(history.arrangement == Arrangement{one, one, one, one});
    CHECK(version_of(history, KeySet::of(0)).window.open());
    CHECK(version_of(history, KeySet::of(0, 1)).window.open());
    CHECK(data_of(history, KeySet::of(0)).window.open());
    CHECK(data_of(history, one).window.open());
    for (const auto& version : history.ds)
        CHECK(version.window.open() == (version.keys == one));

    history.keys[0].wanted = history.keys[2].wanted = false;
    const Time until = now + policy.max_ttl + policy.parent_propagation_delay;
    CHECK(history.unknown_until == until);
    const Plan waits = plan(history, policy, until - Duration{1});
    CHECK_FALSE(waits.changes_anything());
    CHECK(waits.wake_at == until);
    CHECK_FALSE(plan(history, policy, until).wake_at == until);
}

TEST_CASE("what not all servers serve yet opens versions and raises TTLs, and ends nothing",
          "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    instruct_both(history, policy, start + hours{1});
    Observation seen = seen_as_instructed(history, policy, start + hours{2});
    seen.everywhere = false;
    seen.dnskey_ttl = hours{40};
    record(history, seen, policy);
    CHECK(version_of(history, KeySet::of(0)).window.open());
    CHECK(version_of(history, KeySet::of(0, 1)).window.ttl == hours{40});

    seen.dnskey_ttl = hours{1};
    record(history, seen, policy);
    CHECK(version_of(history, KeySet::of(0, 1)).window.ttl == hours{40});

    seen.everywhere = true;
    record(history, seen, policy);
    CHECK_FALSE(version_of(history, KeySet::of(0)).window.open());
    CHECK(version_of(history, KeySet::of(0, 1)).window.ttl == policy.dnskey_ttl);
}

TEST_CASE("a clock before the last event: until then, or until no cache holds what was before",
          "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    history.last_event = start;
    CHECK_FALSE(stands_until(history, policy, start));
    CHECK(stands_until(history, policy, start - hours{2}) == start);

    const Time back = start - days{3650};
    const Duration held = longest_held(history, policy);
    CHECK(held >= policy.max_ttl + policy.parent_propagation_delay);
    CHECK(stands_until(history, policy, back) == back + held);
    history.set_back = back;
    CHECK(stands_until(history, policy, back + hours{3}) == back + held);
    CHECK_FALSE(stands_until(history, policy, back + held));
    // It went back further still: the wait begins anew.
    CHECK(stands_until(history, policy, back - days{1}) == back - days{1} + held);

    history.dnskey[0].window.ttl = days{30};
    CHECK(longest_held(history, policy) >= days{30});
}

TEST_CASE("after a clock was set back nothing lies ahead of it", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    history.keys[0].active_since = start;
    instruct_both(history, policy, start);
    record(history, seen_as_instructed(history, policy, start), policy);
    history.last_event = history.unknown_until = start;
    const Time now = start - days{3650};
    take_setback(history, now);
    CHECK(history.last_event == now);
    CHECK(history.unknown_until == now);
    CHECK(history.keys[0].created == now);
    CHECK(history.keys[0].active_since == now);
    CHECK(version_of(history, KeySet::of(0)).window.until == now + days{7});
    CHECK(version_of(history, KeySet::of(0, 1)).window.open());
    CHECK(version_of(history, KeySet::of(0, 1)).window.since == now);
}

TEST_CASE("time that is not to be trusted ends no wait, and shortens none", "[history]") {
    const Policy policy = policy_with({csk()});
    History history = secure(policy);
    distrust_time(history, policy, start);
    CHECK(history.unknown_until == start + longest_held(history, policy));
    const Time longer = history.unknown_until.value() + days{1};
    history.unknown_until = longer;
    distrust_time(history, policy, start);
    CHECK(history.unknown_until == longer);
}

}  // namespace history_test

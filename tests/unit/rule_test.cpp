#include "enforcer/core/rule.h"

#include "enforcer/core/words.h"
#include "tests/support/catch.h"
#include "tests/unit/core_zone.h"

namespace rule_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::chrono::hours;
using Member = Obstacle::Member;

namespace {

/// Keys 0 and 1 of one algorithm, 2 and 3 of another.
History four_keys(const Policy& policy) {
    History history = begin(policy, start);
    KeySlot other = csk();
    other.algorithm = Algorithm::ed25519;
    history.keys = {key_of(csk(), 1, start), key_of(csk(), 2, start), key_of(other, 3, start),
                    key_of(other, 4, start)};
    return history;
}

/// A zone that has long been secure by `arrangement`; all its data is signed so.
History secure(const Policy& policy, const Arrangement& arrangement) {
    History history = four_keys(policy);
    history.arrangement = arrangement;
    history.ds = {{arrangement.ds, {start, policy.ds_ttl, {}, {}}}};
    history.dnskey = {
        {arrangement.dnskey, arrangement.dnskey_signers, {start, policy.dnskey_ttl, {}, {}}}};
    history.data = {{arrangement.zone_signers, {start, policy.max_ttl, {}, {}}}};
    return history;
}

Arrangement all_by(KeySet keys) {
    return {keys, keys, keys, keys};
}

struct Row {
    KeySet ds, dnskey, signers, data;
    bool liberal, conservative;
};

}  // namespace

TEST_CASE("a combination validates if a chain leads from the DS to the data", "[rule]") {
    const History history = four_keys(policy_with({csk()}));
    const auto set = [](auto... keys) { return KeySet::of(keys...); };
    const Row rows[] = {
        {set(), set(), set(), set(), true, true},           // insecure and unsigned
        {set(), set(0), set(0), set(), true, true},         // no DS: insecure, whatever there is
        {set(0), set(0), set(0), set(0), true, true},       // one key
        {set(0), set(0), set(0), set(), false, false},      // data unsigned
        {set(0), set(), set(), set(0), false, false},       // no DNSKEY
        {set(0), set(0), set(), set(0), false, false},      // DNSKEY RRset unsigned
        {set(0), set(1), set(1), set(1), false, false},     // the DS leads nowhere
        {set(0), set(0, 1), set(1), set(1), false, false},  // published, but does not sign
        {set(0), set(0, 1), set(0), set(1), true, true},    // ksk 0, zsk 1
        {set(0), set(0), set(0), set(1), false, false},     // zsk not in this DNSKEY RRset
        {set(0, 1), set(1), set(1), set(1), true, true},    // one DS of the algorithm suffices
        {set(0, 2), set(0, 2), set(0, 2), set(0, 2), true, true},
        {set(0, 2), set(0, 2), set(0, 2), set(0), false, false},  // every algorithm of the DS …
        {set(0, 2), set(0), set(0), set(0, 2), false, false},     // … in the DNSKEY RRset, too
        {set(0, 2), set(0, 2), set(0), set(0, 2), false, false},  // … and signing it
        {set(0), set(0, 2), set(0, 2), set(0), true, false},      // RFC 4035 §2.2
        {set(0), set(0, 2), set(0), set(0, 2), true, true},
        {set(0), set(0, 1, 2), set(0), set(1, 2), true, true},
        {set(0), set(0, 2), set(0, 2), set(0, 3), true, false},  // 3 is not published
    };
    int number = 0;
    for (const Row& row : rows) {
        INFO("row " << number++);
        const Combination held{row.ds, row.dnskey, row.signers, row.data};
        CHECK(validates(held, history, AlgorithmRollover::liberal) == row.liberal);
        CHECK(validates(held, history, AlgorithmRollover::conservative) == row.conservative);
    }
}

TEST_CASE("a liberal algorithm roll goes on though the policy has become conservative", "[rule]") {
    Policy policy = policy_with({csk()});
    policy.algorithm_rollover = AlgorithmRollover::conservative;
    const Arrangement old = all_by(KeySet::of(0));
    Arrangement published = old;  // a key of the new algorithm, by which no data is signed yet
    published.dnskey = published.dnskey_signers = KeySet::of(0, 2);
    Arrangement next = published;
    next.dnskey = KeySet::of(0, 2, 3);
    CHECK_FALSE(obstacle(secure(policy, published), next, Margin::none, policy, start));
    CHECK(obstacle(secure(policy, old), published, Margin::none, policy, start));
}

TEST_CASE("a change to what caches cannot all check is refused with what must leave", "[rule]") {
    const Policy policy = policy_with({csk()});
    const Arrangement old = all_by(KeySet::of(0));
    SECTION("a DS of a key that is not published") {
        Arrangement next = old;
        next.ds = KeySet::of(1);
        const auto found = obstacle(secure(policy, old), next, Margin::none, policy, start);
        REQUIRE(found);
        CHECK_FALSE(found->until);
        CHECK(found->combination.ds == KeySet::of(1));
        CHECK(found->member == Member::dnskey);
        CHECK(reason(secure(policy, old), *found).find("DS 2, DNSKEY 1 signed by 1") !=
              std::string::npos);
    }
    SECTION("signatures by a key that older DNSKEY RRsets lack") {
        Arrangement next = old;
        next.dnskey = KeySet::of(0, 1);
        History history = secure(policy, old);
        CHECK_FALSE(obstacle(history, next, Margin::none, policy, start));
        instruct(history, next, policy, start);
        next.zone_signers = KeySet::of(1);
        CHECK(obstacle(history, next, Margin::none, policy, start)->member == Member::dnskey);
    }
    SECTION("a key goes while data carries only its signatures") {
        History history = secure(policy, all_by(KeySet::of(0, 1)));
        history.data.push_back({KeySet::of(0), {start, policy.max_ttl, {}, {}}});
        Arrangement next = all_by(KeySet::of(1));
        next.ds = KeySet::of(0, 1);
        const auto found = obstacle(history, next, Margin::none, policy, start);
        REQUIRE(found);
        CHECK(found->member == Member::data);
        CHECK(found->combination.data_signers == KeySet::of(0));
    }
}

TEST_CASE("a closed version hinders until it has left, and the margin lengthens that", "[rule]") {
    Policy policy = policy_with({csk()});
    policy.publish_safety = hours{5};
    policy.retire_safety = hours{7};
    Arrangement both = all_by(KeySet::of(0));
    both.dnskey = KeySet::of(0, 1);
    History history = secure(policy, both);
    const Time left = start + hours{10};
    history.dnskey.push_back({KeySet::of(0), KeySet::of(0), {start, hours{2}, {}, left}});
    Arrangement next = both;
    next.zone_signers = KeySet::of(1);

    const auto until = [&](Margin margin, Time now) -> std::optional<Time> {
        const auto found = obstacle(history, next, margin, policy, now);
        return found ? found->until : std::nullopt;
    };
    CHECK(until(Margin::none, start) == left);
    CHECK(until(Margin::publish, start) == left + hours{5});
    CHECK(until(Margin::retire, start) == left + hours{7});
    CHECK(until(Margin::none, left - Duration{1}) == left);
    CHECK_FALSE(obstacle(history, next, Margin::none, policy, left));
    CHECK(until(Margin::publish, left) == left + hours{5});
    CHECK_FALSE(obstacle(history, next, Margin::publish, policy, left + hours{5}));
}

TEST_CASE("of several combinations that would fail, the one that lasts longest is told", "[rule]") {
    const Policy policy = policy_with({csk()});
    Arrangement both = all_by(KeySet::of(0));
    both.dnskey = KeySet::of(0, 1);
    History history = secure(policy, both);
    // Caches hold three DNSKEY RRsets without key 1; they end apart.
    for (const auto& [signers, hours_left] :
         {std::pair{KeySet::of(0), 4}, {KeySet::of(0, 2), 9}, {KeySet::of(0, 3), 6}})
        history.dnskey.push_back(
            {KeySet::of(0), signers, {start, hours{2}, {}, start + hours{hours_left}}});
    Arrangement next = both;
    next.zone_signers = KeySet::of(1);
    const auto found = obstacle(history, next, Margin::none, policy, start);
    REQUIRE(found);
    CHECK(found->until == start + hours{9});
    CHECK(found->combination.dnskey_signers == KeySet::of(0, 2));
}

TEST_CASE("a DS change counts with every mixture that the parent may pass through", "[rule]") {
    const Policy policy = policy_with({csk()});
    // DS 0 and 1, of which only 0 signs; going to none at once might leave 1 alone.
    Arrangement stray = all_by(KeySet::of(0));
    stray.ds = KeySet::of(0, 1);
    const History history = secure(policy, stray);
    Arrangement none = stray, one = stray;
    none.ds = {};
    one.ds = KeySet::of(0);
    const auto found = obstacle(history, none, Margin::none, policy, start);
    REQUIRE(found);
    CHECK(found->combination.ds == KeySet::of(1));
    CHECK_FALSE(obstacle(history, one, Margin::none, policy, start));
}

}  // namespace rule_test

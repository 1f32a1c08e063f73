#include "enforcer/core/key_state.h"

#include "tests/support/catch.h"
#include "tests/unit/core_zone.h"

namespace key_state_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::chrono::hours;

namespace {

/// Key 0 has a DNSKEY since long, key 1 since an hour; key 0's lone RRset leaves caches at 3h.
History two_keys() {
    History history;
    history.keys = {key_of(zsk(), 1, start), key_of(zsk(), 2, start)};
    history.arrangement.dnskey = KeySet::of(0, 1);
    history.dnskey = {{KeySet::of(0), {}, {start, hours{2}, {}, start + hours{3}}},
                      {KeySet::of(0, 1), {}, {start, hours{2}, {}, {}}}};
    return history;
}

RecordState dnskey(const History& history, KeyIndex key, const Policy& policy, Duration after) {
    return key_states(history, key, policy, start + after).dnskey;
}

}  // namespace

TEST_CASE("a new record is rumoured until all live versions hold it", "[key_state]") {
    Policy policy = policy_with({zsk()});
    const History history = two_keys();
    CHECK(dnskey(history, 0, policy, hours{1}) == RecordState::omnipresent);
    CHECK(dnskey(history, 1, policy, hours{3} - Duration{1}) == RecordState::rumoured);
    CHECK(dnskey(history, 1, policy, hours{3}) == RecordState::omnipresent);
    policy.publish_safety = hours{1};
    CHECK(dnskey(history, 1, policy, hours{3}) == RecordState::rumoured);
    CHECK(dnskey(history, 1, policy, hours{4}) == RecordState::omnipresent);
}

TEST_CASE("an old record is unretentive until no live version holds it", "[key_state]") {
    const Policy policy = policy_with({zsk()});
    History history = two_keys();
    history.arrangement.dnskey = KeySet::of(0);
    history.dnskey[0].window.until.reset();
    history.dnskey[1].window.until = start + hours{3};
    CHECK(dnskey(history, 1, policy, hours{3} - Duration{1}) == RecordState::unretentive);
    CHECK(dnskey(history, 1, policy, hours{3}) == RecordState::hidden);
}

TEST_CASE("records that a role does not have are n/a", "[key_state]") {
    History history = two_keys();
    history.keys[1].role = Role::ksk;
    const Policy policy = policy_with({zsk()});
    CHECK(key_states(history, 0, policy, start).ds == RecordState::not_applicable);
    CHECK(key_states(history, 0, policy, start).dnskey_signature == RecordState::not_applicable);
    CHECK(key_states(history, 1, policy, start).zone_signatures == RecordState::not_applicable);
    CHECK(key_states(history, 1, policy, start).ds == RecordState::hidden);
}

TEST_CASE("the words", "[key_state]") {
    CHECK(word(RecordState::hidden) == "hidden");
    CHECK(word(RecordState::rumoured) == "rumoured");
    CHECK(word(RecordState::omnipresent) == "omnipresent");
    CHECK(word(RecordState::unretentive) == "unretentive");
    CHECK(word(RecordState::not_applicable) == "na");
}

TEST_CASE("a key is out of use when it is not wanted, not asked for and in no live version",
          "[key_state]") {
    const Policy policy = policy_with({zsk()});
    History history = two_keys();
    history.arrangement.dnskey = KeySet::of(0);
    history.dnskey[1].window.until = start + hours{3};
    CHECK_FALSE(is_out_of_use(history, 1, policy, start + hours{5}));
    history.keys[1].wanted = false;
    CHECK_FALSE(is_out_of_use(history, 1, policy, start + hours{2}));
    CHECK(is_out_of_use(history, 1, policy, start + hours{3}));
}

}  // namespace key_state_test

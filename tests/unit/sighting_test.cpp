#include "enforcer/core/sighting.h"

#include "tests/support/catch.h"
#include "tests/unit/core_zone.h"

namespace sighting_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace kaspar::test;
using std::chrono::hours;

namespace {

Ds record(std::uint16_t tag, DigestType type = DigestType::sha256) {
    return {tag, 13, static_cast<std::uint8_t>(type), Bytes(32, static_cast<std::uint8_t>(tag))};
}

/// Keys 0 and 1 with the tags 1 and 2, each with two digests.
const DsOfKeys known{{record(1), record(1, DigestType::sha384)},
                     {record(2), record(2, DigestType::sha384)}};

Policy observing(ParentConfirmation confirm = ParentConfirmation::observed) {
    Policy policy = policy_with({csk()});
    policy.ds_digests = {DigestType::sha256};
    policy.confirm = confirm;
    return policy;
}

ServerView has(std::vector<Ds> records, Duration ttl = hours{1}) {
    return {"server", std::move(records), ttl};
}

ServerView silent() {
    return {"silent", std::nullopt, Duration{0}, "no answer", true};
}

ServerView doubtful() {
    return {"doubtful", std::nullopt, Duration{0}, "answers without authority (AA)", false};
}

ServerView resolver(std::optional<std::vector<Ds>> records) {
    return {"resolver", std::move(records), hours{9}, "no AD", false, true};
}

/// Key 0 is at the parent; since `start` it is asked for key 1 instead.
History swapping(const Policy& policy) {
    History history;
    for (std::uint16_t tag = 1; tag <= 2; ++tag)
        history.keys.push_back(key_of(csk(), tag, start));
    const KeySet zero = KeySet::of(0), both = KeySet::of(0, 1);
    history.arrangement = {zero, both, both, both};
    history.ds = {{zero, {start, policy.ds_ttl, {}, {}}}};
    history.generation = 1;
    Arrangement next = history.arrangement;
    next.ds = KeySet::of(1);
    instruct(history, next, policy, start);
    return history;
}

ParentNews look(History& history, const Policy& policy, std::vector<ServerView> servers,
                Time when = start + hours{1}) {
    return take_in(history, judge(servers, known, policy), policy, when);
}

}  // namespace

TEST_CASE("what all servers have is everywhere, what none has is nowhere", "[sighting]") {
    const Policy policy = observing();
    const auto seen =
        judge(std::vector{has({record(1)}), has({record(1), record(2)})}, known, policy);
    CHECK(seen.counts);
    CHECK(seen.everywhere == KeySet::of(0));
    CHECK(seen.nowhere.empty());
    CHECK(judge(std::vector{has({})}, known, policy).nowhere == KeySet::of(0, 1));
}

TEST_CASE("a key is there with all the digests that the policy wants, and gone without any",
          "[sighting]") {
    Policy policy = observing();
    policy.ds_digests = {DigestType::sha256, DigestType::sha384};
    const auto half = judge(std::vector{has({record(1)})}, known, policy);
    CHECK(half.everywhere.empty());
    CHECK(half.nowhere == KeySet::of(1));
    policy.ds_digests = {DigestType::sha256};
    CHECK(judge(std::vector{has({record(1, DigestType::sha384)})}, known, policy).counts);
}

TEST_CASE("a digest that is not the key's is a stranger's", "[sighting]") {
    Ds wrong = record(1);
    wrong.digest[31] ^= 1;
    const auto seen = judge(std::vector{has({wrong})}, known, observing());
    CHECK_FALSE(seen.counts);
    CHECK(seen.strangers.size() == 1);
    CHECK(seen.everywhere.empty());
}

TEST_CASE("silence never counts beyond the quorum", "[sighting]") {
    Policy policy = observing();
    CHECK_FALSE(judge(std::vector{has({record(2)}), silent()}, known, policy).counts);
    CHECK_FALSE(judge(std::vector{silent()}, known, policy).counts);
    CHECK_FALSE(judge({}, known, policy).counts);
    policy.parent_quorum = 1;
    CHECK(judge(std::vector{has({record(2)}), silent()}, known, policy).counts);
    CHECK_FALSE(judge(std::vector{silent(), silent()}, known, policy).counts);
    CHECK_FALSE(judge(std::vector{has({record(2)}), doubtful()}, known, policy).counts);
    policy.parent_quorum = 5;
    CHECK(judge(std::vector{has({record(2)})}, known, policy).counts);
}

TEST_CASE("a validating resolver must agree, and its TTL says nothing", "[sighting]") {
    const Policy policy = observing();
    CHECK_FALSE(judge(std::vector{has({record(2)}), resolver({})}, known, policy).counts);
    const auto behind =
        judge(std::vector{has({record(2)}), resolver(std::vector{record(1)})}, known, policy);
    CHECK(behind.counts);
    CHECK(behind.everywhere.empty());
    CHECK(behind.nowhere.empty());
    CHECK(behind.ttl == hours{1});
    CHECK(behind.sets == std::vector{KeySet::of(1)});
}

TEST_CASE("a swap is confirmed half by half as it is seen", "[sighting]") {
    const Policy policy = observing();
    History history = swapping(policy);
    CHECK(look(history, policy, {has({record(1)})}).seen.empty());
    CHECK(look(history, policy, {has({record(1), record(2)})}).seen == KeySet::of(1));
    CHECK(ds_awaited(history).empty());
    CHECK(ds_to_go(history) == KeySet::of(0));
    const auto news = look(history, policy, {has({record(2)})});
    CHECK(news.gone == KeySet::of(0));
    CHECK(news.unforeseen.empty());
    CHECK(ds_undecided(history).empty());
}

TEST_CASE("what was seen before it was asked for confirms nothing", "[sighting]") {
    const Policy policy = observing();
    History history = swapping(policy);
    CHECK(look(history, policy, {has({record(2)})}, start - hours{1}).seen.empty());
}

TEST_CASE("with both, a person's word and the sight are needed, key by key", "[sighting]") {
    const Policy policy = observing(ParentConfirmation::both);
    History history = swapping(policy);
    CHECK(look(history, policy, {has({record(2)})}).seen.empty());
    history.said_seen = KeySet::of(1);
    const auto news = look(history, policy, {has({record(2)})});
    CHECK(news.seen == KeySet::of(1));
    CHECK(news.gone.empty());
}

TEST_CASE("a set that nobody asked for is remembered until all servers are seen without it",
          "[sighting]") {
    const Policy policy = observing();
    History history = swapping(policy);
    look(history, policy, {has({record(2)})});
    const auto lost = look(history, policy, {has({})}, start + hours{2});
    CHECK(lost.unforeseen == std::vector{KeySet{}});
    CHECK(ds_awaited(history) == KeySet::of(1));
    look(history, policy, {has({record(2)})}, start + hours{3});
    CHECK(ds_awaited(history).empty());
    for (const DsVersion& version : history.ds)
        if (version.keys.empty())
            CHECK(version.window.until ==
                  start + hours{3} + policy.ds_ttl + policy.parent_propagation_delay);
}

TEST_CASE("a server with nothing but a stranger's DS is no server without DS", "[sighting]") {
    const auto seen = judge(std::vector{has({record(9)})}, known, observing());
    CHECK_FALSE(seen.counts);
    CHECK(seen.sets.empty());
    CHECK(seen.foreign == std::vector{record(9)});
}

TEST_CASE("a new request makes what was said of the last one void", "[sighting]") {
    const Policy policy = observing(ParentConfirmation::both);
    History history = swapping(policy);
    history.said_seen = KeySet::of(1);
    Arrangement next = history.arrangement;
    next.ds = KeySet::of(0, 1);
    instruct(history, next, policy, start + hours{1});
    CHECK(history.said_seen.empty());
}

}  // namespace sighting_test

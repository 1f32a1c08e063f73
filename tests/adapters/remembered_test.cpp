#include "enforcer/store/remembered.h"

#include "enforcer/store/policies.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace remembered_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace std::chrono_literals;

namespace {

Time at(int hours) {
    return Time{Duration{1'800'000'000}} + std::chrono::hours{hours};
}

/// A database with one zone that has three keys, numbered from 1.
struct ZoneWithKeys {
    test::TempFolder folder;
    Result<Database> made = Database::create((folder / "kaspar.db").string());
    Database& database = *made;
    Zone zone;

    ZoneWithKeys() {
        REQUIRE(save_policy(database, {"p", "{}", "d", at(0), "d", {}}).ok());
        zone.name = *Name::from_text("example.org");
        zone.policy = std::string("p");
        zone.added = at(0);
        REQUIRE(insert_zone(database, zone).ok());
        for (const Role role : {Role::ksk, Role::zsk, Role::zsk})
            add_key(role);
    }

    void add_key(Role role) {
        StoredKey key;
        key.zone = zone.id;
        key.role = role;
        key.flags = flags_of(role);
        key.keystores = {"local"};
        key.created = at(0);
        key.locator = std::to_string(++made_keys_);
        REQUIRE(insert_key(database, key).ok());
        key.dnskey = Dnskey{key.flags, {key.algorithm, Bytes(64, made_keys_)}};
        REQUIRE(complete_key(database, key).ok());
    }

  private:
    std::uint8_t made_keys_ = 0;
};

/// Something in every field.
void fill(History& history) {
    history.generation = 7;
    history.last_event = at(9);
    history.ds_asked = at(8);
    history.paused = history.approved = true;
    history.arrangement = {KeySet::of(0), KeySet::of(0, 1, 2), KeySet::of(0), KeySet::of(1)};
    history.keys[1].wanted = false;
    history.keys[1].may_return = true;
    history.keys[1].active_since = at(3);
    history.keys[1].departure = Departure::unsafe;
    history.keys[2].standby = history.keys[2].roll_asked = history.keys[2].kept = true;
    history.ds = {{{}, {at(0), 24h, {}, at(5)}}, {KeySet::of(0), {at(4), 24h, at(30), {}}}};
    history.dnskey = {{KeySet::of(0, 1), KeySet::of(0), {at(1), 1h, {}, {}}}};
    history.data = {{KeySet::of(1, 2), {at(2), 2h, at(3), at(4)}}};
}

bool same(const Window& a, const Window& b) {
    return a.since == b.since && a.ttl == b.ttl && a.floor == b.floor && a.until == b.until;
}

}  // namespace

TEST_CASE("a history comes back from the database as it was saved", "[remembered]") {
    ZoneWithKeys test;
    auto first = load_history(test.database, test.zone);
    REQUIRE(first.ok());
    REQUIRE(first->history.keys.size() == 3);
    fill(first->history);
    REQUIRE(save_history(test.database, test.zone, *first, {}, at(10)).ok());

    const auto loaded = load_history(test.database, test.zone);
    REQUIRE(loaded.ok());
    const History &a = first->history, &b = loaded->history;
    CHECK(b.generation == 7);
    CHECK(b.last_event == at(9));
    CHECK(b.ds_asked == at(8));
    CHECK((b.paused && b.approved));
    CHECK(b.arrangement == a.arrangement);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(a.keys[i].id == b.keys[i].id);
        CHECK(a.keys[i].wanted == b.keys[i].wanted);
        CHECK(a.keys[i].standby == b.keys[i].standby);
        CHECK(a.keys[i].may_return == b.keys[i].may_return);
        CHECK(a.keys[i].roll_asked == b.keys[i].roll_asked);
        CHECK(a.keys[i].kept == b.keys[i].kept);
        CHECK(a.keys[i].departure == b.keys[i].departure);
        CHECK(a.keys[i].active_since == b.keys[i].active_since);
    }
    REQUIRE(b.ds.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(a.ds[i].keys == b.ds[i].keys);
        CHECK(same(a.ds[i].window, b.ds[i].window));
    }
    REQUIRE((b.dnskey.size() == 1 && b.data.size() == 1));
    CHECK(a.dnskey[0].keys == b.dnskey[0].keys);
    CHECK(a.dnskey[0].signers == b.dnskey[0].signers);
    CHECK(same(a.dnskey[0].window, b.dnskey[0].window));
    CHECK(a.data[0].signers == b.data[0].signers);
    CHECK(same(a.data[0].window, b.data[0].window));
}

TEST_CASE("a key that left play is not loaded, and positions still name the right keys",
          "[remembered]") {
    ZoneWithKeys test;
    auto first = load_history(test.database, test.zone);
    first->history.keys[1].wanted = false;
    first->history.arrangement.dnskey = KeySet::of(0, 2);
    REQUIRE(save_history(test.database, test.zone, *first, KeySet::of(1), at(10)).ok());

    const auto loaded = load_history(test.database, test.zone);
    REQUIRE(loaded.ok());
    REQUIRE(loaded->rows.size() == 2);
    CHECK(loaded->history.keys[1].id == first->history.keys[2].id);
    CHECK(loaded->history.arrangement.dnskey == KeySet::of(0, 1));
    const auto out = keys_out_of_use(test.database);
    REQUIRE(out->size() == 1);
    CHECK(out->front().out_of_use_since == at(10));
}

TEST_CASE("a key row that is missing is a fault, not a zone without that key", "[remembered]") {
    ZoneWithKeys test;
    auto first = load_history(test.database, test.zone);
    fill(first->history);
    REQUIRE(save_history(test.database, test.zone, *first, {}, at(10)).ok());
    REQUIRE(test.database.run("DELETE FROM keys WHERE id = 2").ok());
    const auto loaded = load_history(test.database, test.zone);
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.fault().kind == FaultClass::state);
    CHECK(loaded.fault().words.find("key number 2") != std::string::npos);
}

TEST_CASE("a version's row that is missing is a fault, not a version that no cache holds",
          "[remembered]") {
    ZoneWithKeys test;
    auto first = load_history(test.database, test.zone);
    fill(first->history);
    REQUIRE(save_history(test.database, test.zone, *first, {}, at(10)).ok());
    const std::string statement =
        GENERATE("DELETE FROM ds_versions WHERE until IS NOT NULL", "DELETE FROM ds_versions",
                 "DELETE FROM dnskey_versions", "DELETE FROM data_versions");
    REQUIRE(test.database.run(statement).ok());
    const auto loaded = load_history(test.database, test.zone);
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.fault().kind == FaultClass::state);
    CHECK(loaded.fault().words.find("versions of its records") != std::string::npos);
}

TEST_CASE("only zones that are due are found", "[remembered]") {
    ZoneWithKeys test;
    CHECK(due_zones(test.database, at(0))->size() == 1);  // new zones are flagged
    auto zone = **find_zone(test.database, test.zone.id);
    zone.flagged = false;
    zone.next_event = at(5);
    REQUIRE(update_zone(test.database, zone).ok());
    CHECK(due_zones(test.database, at(4))->empty());
    CHECK(due_zones(test.database, at(5))->size() == 1);
    zone.removed = at(1);
    REQUIRE(update_zone(test.database, zone).ok());
    CHECK(due_zones(test.database, at(5))->empty());
    CHECK_FALSE(earliest_event(test.database)->has_value());
}

}  // namespace remembered_test

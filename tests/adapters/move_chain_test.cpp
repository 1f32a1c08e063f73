#include "enforcer/store/move_chain.h"

#include "enforcer/store/moves.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

namespace move_chain_test {

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

RecordedMove move_number(int number) {
    RecordedMove move;
    move.at = Time(Duration(1'800'000'000 + number));
    move.who = "alice";
    move.zone = number % 2 == 0 ? std::optional<std::string>("example.org") : std::nullopt;
    move.what = "event " + std::to_string(number);
    move.why = "because";
    return move;
}

/// A trail of ten events.
struct Trail {
    test::TempFolder folder;
    Result<Database> made = Database::create((folder / "kaspar.db").string());
    Database& database = *made;

    Trail() {
        for (int number = 1; number <= 10; ++number)
            REQUIRE(record_move(database, move_number(number)).ok());
    }

    void run(std::string_view sql) { REQUIRE(database.run(sql).ok()); }
    ChainCheck check() { return check_chain(database).value(); }
    std::string broken() { return check().broken.value_or("good"); }
    ChainHead head() { return chain_head(database).value().value(); }
};

}  // namespace

TEST_CASE("a trail that nobody touched is good", "[chain]") {
    Trail trail;
    const auto check = trail.check();
    CHECK_FALSE(check.broken);
    CHECK(check.events == 10);
    CHECK(check.from == move_number(1).at);
    CHECK(check.to == move_number(10).at);
    REQUIRE(check.head);
    CHECK(check.head == trail.head());
    CHECK(check.head->number == 10);
    CHECK(chain_head_from_text(text_of(*check.head)).value() == *check.head);
    CHECK(check_holds(trail.database, *check.head).ok());
}

TEST_CASE("a trail without events is good", "[chain]") {
    const test::TempFolder folder;
    auto database = Database::create((folder / "kaspar.db").string());
    const auto check = check_chain(*database).value();
    CHECK_FALSE(check.broken);
    CHECK(check.events == 0);
    CHECK_FALSE(check.head);
}

TEST_CASE("an edit of any field of an event shows", "[chain]") {
    for (const std::string edit :
         {"at = at + 1", "who = 'bob'", "zone = NULL", "zone = 'example.com'", "what = 'nothing'",
          "why = NULL", "why = ''", "from_state = 'hidden'", "to_state = ''",
          // The same octets, cut elsewhere.
          "who = 'alic', zone = 'eexample.org'", "hash = zeroblob(32)"}) {
        Trail trail;
        trail.run("UPDATE moves SET " + edit + " WHERE id = 4");
        INFO(edit);
        CHECK_THAT(trail.broken(), Catch::StartsWith("event 4 (now: ") &&
                                       Catch::Contains("is not as it was recorded"));
    }
}

TEST_CASE("an event that was removed shows", "[chain]") {
    Trail trail;
    trail.run("DELETE FROM moves WHERE id = 4");
    CHECK(trail.broken() == "event 4 was removed");
    trail.run("DELETE FROM moves WHERE id = 3");
    CHECK(trail.broken() == "events 3 to 4 were removed");
}

TEST_CASE("the first events, removed, show", "[chain]") {
    Trail trail;
    trail.run("DELETE FROM moves WHERE id < 3");
    CHECK(trail.broken() == "events 1 to 2 were removed");
}

TEST_CASE("an event that closes the gap of a removed one shows", "[chain]") {
    Trail trail;
    trail.run("DELETE FROM moves WHERE id = 4");
    trail.run("UPDATE moves SET id = id - 1 WHERE id > 4");
    CHECK_THAT(trail.broken(),
               Catch::StartsWith("event 4 (now: ") && Catch::Contains("is not as it was recorded"));
}

TEST_CASE("an event that was put in past Kaspar shows", "[chain]") {
    Trail trail;
    trail.run("INSERT INTO moves (at, who, what) VALUES (1800000011, 'alice', 'event 11')");
    CHECK(trail.broken() == "event 11 (now: 2027-01-15T08:00:11Z [alice] event 11) was put in");
    REQUIRE(record_move(trail.database, move_number(12)).ok());
    CHECK(trail.broken() == "event 11 (now: 2027-01-15T08:00:11Z [alice] event 11) was put in");
}

TEST_CASE("two events that changed places show", "[chain]") {
    Trail trail;
    trail.run("UPDATE moves SET id = 100 WHERE id = 4");
    trail.run("UPDATE moves SET id = 4 WHERE id = 5");
    trail.run("UPDATE moves SET id = 5 WHERE id = 100");
    CHECK_THAT(trail.broken(),
               Catch::StartsWith("event 4 (now: ") && Catch::Contains("is not as it was recorded"));
}

TEST_CASE("an end that was cut off shows, also once other events came behind", "[chain]") {
    Trail trail;
    trail.run("DELETE FROM moves WHERE id > 8");
    CHECK(trail.broken() == "events 9 to 10 were removed");
    REQUIRE(record_move(trail.database, move_number(11)).ok());
    CHECK(trail.head().number == 11);
    CHECK(trail.broken() == "events 9 to 10 were removed");
}

TEST_CASE("against a head that was kept, whatever was done to the database shows", "[chain]") {
    Trail trail;
    const ChainHead kept = trail.head();
    trail.run("DELETE FROM moves WHERE id > 8");
    trail.run("UPDATE sqlite_sequence SET seq = 8 WHERE name = 'moves'");
    CHECK(trail.broken() == "good");
    CHECK_THAT(check_holds(trail.database, kept).fault().words, Catch::Contains("has no event 10"));
    for (int number = 9; number <= 10; ++number)
        REQUIRE(record_move(trail.database, move_number(number + 1)).ok());
    CHECK(trail.broken() == "good");
    CHECK_THAT(check_holds(trail.database, kept).fault().words,
               Catch::Contains("was written anew"));
}

TEST_CASE("what is no head is told", "[chain]") {
    for (const std::string text : {"", "7", "7:", "7:ab", ":ab", "x:ab"})
        CHECK_FALSE(chain_head_from_text(text).ok());
}

TEST_CASE("events of before the chain are chained when the database is brought up to date",
          "[chain]") {
    const test::TempFolder folder;
    const auto all = migration_files();
    const auto chain = std::find_if(all.begin(), all.end(), [](const EmbeddedFile& file) {
        return file.name == "008_log_chain.sql";
    });
    REQUIRE(chain != all.end());
    const std::string file = (folder / "kaspar.db").string();
    auto database = Database::create(file);
    // As it was before the chain: without the column, and with the version of then.
    REQUIRE(database->run("ALTER TABLE moves DROP COLUMN hash").ok());
    for (int number = 1; number <= 5; ++number)
        REQUIRE(database
                    ->run("INSERT INTO moves (at, who, zone, what, why) VALUES (?, ?, ?, ?, ?)",
                          {move_number(number).at, "alice", move_number(number).zone,
                           move_number(number).what, move_number(number).why})
                    .ok());
    REQUIRE(
        database->run("PRAGMA user_version = " + std::to_string(std::distance(all.begin(), chain)))
            .ok());
    REQUIRE(database->migrate(all.first(std::distance(all.begin(), chain) + 1)).ok());
    REQUIRE(record_move(*database, move_number(6)).ok());
    const auto check = check_chain(*database).value();
    CHECK_FALSE(check.broken);
    CHECK(check.events == 6);
}

}  // namespace move_chain_test

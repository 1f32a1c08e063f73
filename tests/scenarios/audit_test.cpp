// The audit trail as an operator checks it.
#include <fmt/format.h>

#include <map>

#include "enforcer/core/key_state.h"
#include "enforcer/store/move_chain.h"
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace audit_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

struct Audited : Sandbox {
    Audited() {
        REQUIRE(add_zone().status == 0);
        REQUIRE(enforcer().status == 0);
    }

    void run_sql(std::string_view sql) {
        auto database = enforcer::Database::open((*this / "state/kaspar.db").string());
        REQUIRE(database->run(sql).ok());
    }

    std::string head() const { return json({"log", "--verify"})["head"]; }
};

/// "DS of ksk 12345" and where it is, as the moves on record tell, each from where the last ended.
std::map<std::string, std::string> states_on_record(const Sandbox& site) {
    std::map<std::string, std::string> states;
    for (const auto& move : site.json({"log", "example.org", "--limit", "1000"})) {
        const std::string what = move["what"];
        if (move["from"].is_null() || what.find(" of ") == std::string::npos ||
            what.starts_with("goal"))
            continue;
        const auto known = states.find(what);
        INFO(move.dump());
        CHECK(move["from"] == (known == states.end() ? "hidden" : known->second));
        states[what] = move["to"];
    }
    return states;
}

/// Every state that `status` shows is where a move on record led.
void check_states(const Sandbox& site) {
    auto states = states_on_record(site);
    const auto status = site.json({"status", "example.org"});
    for (const auto& key : status["keys"])
        for (const auto& record : enforcer::key_records) {
            const auto what = fmt::format("{} of {} {}", record.name,
                                          key["role"].get<std::string>(), key["tag"].get<int>());
            const std::string shown = key[std::string(record.word)];
            INFO(what);
            if (shown != "na")
                CHECK(shown == (states.contains(what) ? states[what] : "hidden"));
        }
}

}  // namespace

TEST_CASE("a trail is verified, and its head goes to the log and to a file", "[audit]") {
    Audited site;
    const auto shown = site.kaspar({"log", "--verify"});
    CHECK(shown.status == 0);
    CHECK_THAT(shown.output,
               Catch::Contains("good: ") && Catch::Contains("from 2026-11-24T00:00:00Z to "
                                                            "2026-11-24T00:00:00Z"));
    CHECK(site.read(site / "state/log.head") == site.head() + "\n");

    site.sign();
    const auto pass = site.enforcer();
    CHECK_THAT(pass.errors, Catch::Contains("info audit: head " + site.head()));
    CHECK_THAT(site.enforcer().errors, !Catch::Contains("head"));
    const auto before = site.head();
    CHECK(site.kaspar({"zone", "pause", "example.org"}).status == 0);
    CHECK(site.head() != before);
    CHECK_THAT(site.enforcer().errors, Catch::Contains("info audit: head " + site.head()));
    CHECK(site.read(site / "state/log.head") == site.head() + "\n");
    CHECK(site.kaspar({"log", "--verify", "--head", before}).status == 0);
}

TEST_CASE("every command that changes something is in the trail, with who", "[audit]") {
    Audited site;
    site.sign();
    const auto changes = [&](std::vector<std::string> command, const std::string& what) {
        const auto before = site.head();
        INFO(what);
        const auto done = site.kaspar(std::move(command));
        INFO(done.output << done.errors);
        CHECK(done.status == 0);
        CHECK(site.head() != before);
        const auto log = site.json({"log"});
        CHECK_THAT(log.back()["what"].get<std::string>(), Catch::Contains(what));
        CHECK_FALSE(log.back()["who"].get<std::string>().empty());
        CHECK(log.back()["who"] != "kaspar-enforcer");
    };
    changes({"zone", "pause", "example.org"}, "zone paused");
    changes({"zone", "resume", "example.org"}, "zone resumed");
    changes({"key", "roll", "example.org", "--role", "zsk"}, "roll of the zsk asked for");
    changes({"key", "roll", "example.org", "--role", "zsk", "--abort"}, "roll of the zsk aborted");
    changes({"key", "generate", "example.org", "--role", "ksk", "--rolls", "1"}, "is made");
    changes({"health", "--test-alert"}, "test alert raised");
    changes({"health", "--end-test-alert"}, "test alert ended");
    changes({"zone", "set-policy", "example.org", "default"}, "policy of the zone");
    changes({"zone", "remove", "example.org", "--purge-keys"}, "is purged");
    changes({"keystore", "test", "local"}, "for a trial");
    CHECK(site.kaspar({"log", "--verify"}).status == 0);
}

TEST_CASE("moves on record lead from hidden to every state that status shows", "[audit]") {
    Audited site;
    check_states(site);
    for (int day = 0; day < 4; ++day) {
        site.sign();
        site.wait(24h + 5min);
        expect(site.enforcer());
        check_states(site);
        if (day == 1)
            expect(site.kaspar({"ds", "seen", "example.org"}));
    }
    expect(site.kaspar({"key", "roll", "example.org", "--role", "zsk"}));
    for (int step = 0; step < 24; ++step) {
        expect(site.enforcer());
        site.sign();
        check_states(site);
        site.wait(12h);
    }
    const auto keys = site.json({"key", "list", "example.org"});
    REQUIRE(keys.size() == 3);
    const auto moves = states_on_record(site);
    CHECK(moves.at(fmt::format("DNSKEY of zsk {}", keys[1]["tag"].get<int>())) == "hidden");
    CHECK(moves.at(fmt::format("DNSKEY of zsk {}", keys[2]["tag"].get<int>())) == "omnipresent");
}

TEST_CASE("every step of a roll is on record, with the reason", "[audit]") {
    Audited site;
    for (int day = 0; day < 3; ++day) {
        site.sign();
        site.wait(24h);
        expect(site.enforcer());
    }
    const auto before = site.instructed().generation;
    expect(site.kaspar({"key", "roll", "example.org", "--role", "zsk"}));
    expect(site.enforcer());
    REQUIRE(site.instructed().generation > before);
    const auto log = site.json({"log", "example.org"});
    const auto is_step = [](const nlohmann::json& move) {
        return move["why"] == "the rule and the policy allow it now" &&
               move["who"] == "kaspar-enforcer" && move["from"].is_null();
    };
    CHECK(std::count_if(log.begin(), log.end(), is_step) >= 2);
}

TEST_CASE("an edited trail is told, with exit status 1", "[audit]") {
    Audited site;
    site.run_sql("UPDATE moves SET who = 'nobody' WHERE id = 2");
    const auto shown = site.kaspar({"log", "--verify"});
    CHECK(shown.status == 1);
    CHECK_THAT(shown.output, Catch::Contains("NOT as it was recorded: event 2 (now: ") &&
                                 Catch::Contains(" [nobody] "));
}

TEST_CASE("a database that is older than the head beside it is told and leaves the head alone",
          "[audit]") {
    Audited site;
    const std::string head = site.head();
    site.run_sql("DELETE FROM moves WHERE id > 3");
    site.run_sql("UPDATE sqlite_sequence SET seq = 3 WHERE name = 'moves'");
    const auto shown = site.kaspar({"log", "--verify"});
    CHECK(shown.status == 1);
    CHECK_THAT(shown.output, Catch::Contains("its end was cut off") &&
                                 Catch::Contains("state/log.head") &&
                                 Catch::Contains("remove that file"));
    CHECK_THAT(site.kaspar({"health"}).output, Catch::Contains("its end was cut off"));
    const auto pass = site.enforcer();
    CHECK(pass.status == 1);
    CHECK_THAT(pass.errors, Catch::Contains("its end was cut off"));
    CHECK(site.read(site / "state/log.head") == head + "\n");

    // An attacker takes that file away, too; the head that was noted elsewhere tells.
    std::filesystem::remove(site / "state/log.head");
    CHECK(site.kaspar({"log", "--verify"}).status == 0);
    CHECK(site.kaspar({"log", "--verify", "--head", head}).status == 1);
}

TEST_CASE("a head is refused if it is none, and without --verify", "[audit]") {
    Audited site;
    const auto shown = site.kaspar({"log", "--verify", "--head", "12:abc"});
    CHECK(shown.status == 2);
    CHECK_THAT(shown.errors, Catch::Contains("NUMBER:HASH"));
    CHECK(site.kaspar({"log", "--head", "12:abc"}).status == 2);
}

}  // namespace audit_test

// The DS at the parent, seen by Kaspar itself: real servers of a parent zone that agree, disagree,
// are silent, or lie. Never early, and never stuck without a reason that is told.
#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <sstream>

#include "tests/scenarios/parent_site.h"
#include "tests/support/catch.h"

namespace parent_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto stranger =
    "example.org. 3600 IN DS 4711 13 2 "
    "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF\n";

std::string observed(std::initializer_list<std::string> servers, const std::string& more = "") {
    std::string list;
    for (const std::string& server : servers)
        list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", server);
    return fmt::format(R"("confirm": "observed", "servers": [{}]{})", list,
                       more.empty() ? "" : ", " + more);
}

std::string with_ttl(const std::string& ds, const std::string& ttl) {
    std::string changed = ds;
    const auto at = changed.find(" 3600 ");
    REQUIRE(at != std::string::npos);
    return changed.replace(at + 1, 4, ttl);
}

}  // namespace

TEST_CASE("a DS is seen once every server of the parent has it", "[parent]") {
    ParentServer first, second;
    ParentSite site(observed({first.address(), second.address()}));
    site.reach_ds();
    const std::string ds = site.wanted();
    CHECK(site.state_of_ds() == "rumoured");

    first.serve(ds);
    site.step_after(10min);
    CHECK(site.check().status == 1);
    site.step_after(48h);
    CHECK(site.state_of_ds() == "rumoured");

    second.serve(ds);
    CHECK(site.check().status == 0);
    site.step();
    CHECK(has(site.log(), "is at the parent (by what 2 of the parent's servers answer)"));
    site.step_after(2h + 1min);
    CHECK(site.state_of_ds() == "omnipresent");
}

TEST_CASE("a roll by observation alone: the old DS counts as gone when no server has it",
          "[parent]") {
    ParentServer server;
    ParentSite site(observed({server.address()}));
    site.reach_ds();
    const std::string old_ds = site.wanted();
    server.serve(old_ds);
    site.step_after(10min);
    site.step_after(3h);
    REQUIRE(site.state_of_ds() == "omnipresent");

    REQUIRE(site.box().kaspar({"key", "roll", "example.org", "--role", "ksk"}).status == 0);
    site.step();
    site.step_after(48h);
    const std::string new_ds = site.wanted();
    REQUIRE(new_ds != old_ds);
    server.serve(old_ds + new_ds);
    site.step_after(10min);
    CHECK(has(site.log(), "is at the parent"));
    CHECK_FALSE(has(site.log(), "is gone from the parent"));
    site.step_after(72h);
    CHECK(site.box().json({"status", "example.org"})["keys"].size() == 3);

    server.serve(new_ds);
    site.step_after(10min);
    CHECK(has(site.log(), "is gone from the parent"));
    for (int day = 0; day < 4; ++day) {
        site.step_after(24h);
    }
    CHECK(site.state_of_ds() == "omnipresent");
    CHECK(site.box().instructed().keys.size() == 2);
}

TEST_CASE("a silent server is named, and passed over only by the policy's quorum", "[parent]") {
    ParentServer server;
    ScriptedServer dead([](const std::string&) { return std::vector<std::string>{}; });
    const std::string dead_address = fmt::format("127.0.0.1@{}", dead.port());
    for (const bool quorum : {false, true}) {
        ParentSite site(observed({server.address(), dead_address}, quorum ? "\"quorum\": 1" : ""));
        site.reach_ds();
        server.serve(site.wanted());
        site.step_after(10min);
        const auto shown = site.box().json({"status", "example.org"})["parent"].dump();
        CHECK(has(shown, dead_address));
        CHECK(has(shown, "no answer; over TCP: Connection refused"));
        site.step_after(3h);
        CHECK(site.state_of_ds() == (quorum ? "omnipresent" : "rumoured"));
        server.serve("");
    }
    CHECK(dead.queries() > 0);
}

TEST_CASE("a server with a DS that nobody asked for stops every confirmation", "[attack][parent]") {
    ParentServer honest, liar;
    ParentSite site(observed({honest.address(), liar.address()}));
    site.reach_ds();
    honest.serve(site.wanted());
    liar.serve(site.wanted() + stranger);
    site.step_after(10min);
    const json checked =
        json::parse(site.box().kaspar({"ds", "check", "example.org", "--json"}).output);
    CHECK(checked["counts"] == false);
    CHECK(has(checked["unexpected"].dump(), "belongs to no key of the zone: 4711"));
    site.step_after(48h);
    CHECK(site.state_of_ds() == "rumoured");
    const auto health = site.box().kaspar({"health"});
    CHECK(health.status == 1);
    CHECK(has(health.output, "4711"));
}

TEST_CASE("with confirm: both, neither the word nor the sight is enough", "[parent]") {
    ParentServer server;
    ParentSite site(fmt::format(R"("confirm": "both", "servers": ["{}"])", server.address()));
    site.reach_ds();
    SECTION("the word first") {
        CHECK(site.box().kaspar({"ds", "seen", "example.org"}).status == 0);
        site.step();
        site.step_after(48h);
        CHECK(site.state_of_ds() == "rumoured");
        server.serve(site.wanted());
    }
    SECTION("the sight first") {
        server.serve(site.wanted());
        site.step_after(48h);
        site.step_after(48h);
        CHECK(site.state_of_ds() == "rumoured");
        CHECK(site.box().kaspar({"ds", "seen", "example.org"}).status == 0);
    }
    site.step_after(10min);
    site.step_after(2h + 1min);
    CHECK(site.state_of_ds() == "omnipresent");
}

TEST_CASE("with confirm: both a zone goes on after the old key is out of use", "[parent]") {
    ParentServer server;
    ParentSite site(fmt::format(R"("confirm": "both", "servers": ["{}"])", server.address()));
    const auto say = [&](const std::string& word) {
        REQUIRE(site.box().kaspar({"ds", word, "example.org"}).status == 0);
    };
    const auto days = [&](int count) {
        for (int day = 0; day < count; ++day) {
            site.step_after(24h);
        }
    };
    site.reach_ds();
    server.serve(site.wanted());
    say("seen");
    days(2);
    REQUIRE(site.state_of_ds() == "omnipresent");
    REQUIRE(site.box().kaspar({"key", "roll", "example.org", "--role", "ksk"}).status == 0);
    days(3);
    server.serve(site.wanted());
    say("seen");
    say("gone");
    days(20);
    CHECK(site.box().json({"status", "example.org"})["keys"].size() == 2);
    CHECK(site.box().json({"status", "example.org"})["trouble"].is_null());
    CHECK(site.box().kaspar({"health"}).status == 0);
}

TEST_CASE("with confirm: observed nobody's word counts", "[parent]") {
    ParentServer server;
    ParentSite site(observed({server.address()}));
    site.reach_ds();
    const auto said = site.box().kaspar({"ds", "seen", "example.org"});
    CHECK(said.status == 1);
    CHECK(has(said.errors, "kaspar ds check example.org"));
}

TEST_CASE("a DS with a longer TTL than the policy's is waited for that long", "[parent]") {
    ParentServer server;
    ParentSite site(observed({server.address()}));
    site.reach_ds();
    server.serve(with_ttl(site.wanted(), "172800"));
    site.step_after(10min);
    REQUIRE(site.box().kaspar({"key", "roll", "example.org", "--role", "ksk"}).status == 0);
    site.step();
    site.step_after(48h);
    const std::string new_ds = site.wanted();
    server.serve(new_ds);
    site.step_after(10min);
    REQUIRE(has(site.log(), "is gone from the parent"));
    site.step_after(36h);
    CHECK(site.box().instructed().keys.size() == 3);
    site.step_after(24h);
    site.step();
    CHECK(site.box().instructed().keys.size() == 2);
}

TEST_CASE("a longer TTL of the DS counts from the very answer that shows it", "[parent]") {
    ParentServer server;
    ParentSite site(observed({server.address()}));
    site.reach_ds();
    server.serve(with_ttl(site.wanted(), "172800"));
    site.step_after(10min);
    REQUIRE(has(site.log(), "is at the parent"));
    site.step_after(36h);
    CHECK(site.state_of_ds() == "rumoured");
    site.step_after(24h);
    CHECK(site.state_of_ds() == "omnipresent");
}

TEST_CASE("a parent that cannot be looked up keeps no other from being asked", "[attack][parent]") {
    std::atomic<bool> asked_for_net = false;
    const ScriptedServer resolver([&](const std::string& query) {
        auto answer = answer_to(query, {});
        if (has(query, "\3org"))
            answer[3] = static_cast<char>((answer[3] & 0xf0) | 2);  // SERVFAIL
        else if (has(query, "\3net"))
            asked_for_net = true;
        return std::vector{answer};
    });
    ParentSite site(R"("confirm": "observed")");
    site.configure("resolvers", {fmt::format("127.0.0.1@{}", resolver.port())});
    expect(site.box().add_zone("example.net"));
    const auto both_step = [&] {
        site.step();
        site.box().sign("example.net");
        expect(site.box().enforcer());
    };
    both_step();
    site.box().wait(48h);
    both_step();
    REQUIRE(resolver.queries() > 0);
    CHECK(asked_for_net);
}

TEST_CASE("a guessed answer is not believed", "[attack][parent]") {
    ScriptedServer spoofed([](const std::string& query) {
        std::string guess = query;
        guess[0] = static_cast<char>(guess[0] ^ 0x55);
        return std::vector<std::string>(3, answer_to(guess, {}));
    });
    ParentSite site(observed({fmt::format("127.0.0.1@{}", spoofed.port())}));
    site.reach_ds();
    const auto checked = site.check();
    CHECK(checked.status == 1);
    CHECK(has(checked.output, "over TCP"));
    CHECK(site.state_of_ds() == "rumoured");
}

TEST_CASE("a server of the zone itself does not speak for the parent", "[attack][parent]") {
    TempFolder folder;
    std::ofstream(folder / "zone") << "$TTL 3600\n@ SOA ns hostmaster 1 1 1 1 1\n@ NS ns\n"
                                      "ns A 127.0.0.1\n";
    NameServer own({{"example.org.", folder / "zone"}});
    ParentSite site(observed({fmt::format("127.0.0.1@{}", own.port())}));
    site.reach_ds();
    CHECK(has(site.check().output, "answers for the zone itself, and not for its parent"));
}

TEST_CASE("a DS that the parent loses is told, and waited for again", "[parent]") {
    ParentServer server;
    ParentSite site(observed({server.address()}));
    site.reach_ds();
    const std::string ds = site.wanted();
    server.serve(ds);
    site.step_after(10min);
    site.step_after(3h);
    REQUIRE(site.state_of_ds() == "omnipresent");
    server.serve("");
    site.step_after(25h);
    CHECK(site.state_of_ds() != "omnipresent");
    CHECK(has(site.log(), "the parent serves DS none, which nobody asked for"));
    CHECK(has(site.box().kaspar({"health"}).output, "a server of it lacks DS"));
    server.serve(ds);
    site.step_after(10min);
    site.step_after(4h);
    CHECK(site.state_of_ds() == "omnipresent");
}

TEST_CASE("servers that want TSIG are asked with it, and their answers are checked",
          "[attack][parent]") {
    const std::string secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ==";
    ParentServer server(
        fmt::format("key:\n  name: \"transfer\"\n  algorithm: hmac-sha256\n"
                    "  secret: \"{}\"\n",
                    secret));
    ParentSite site(observed({server.address() + " key transfer"}));
    site.reach_ds();
    server.serve(site.wanted());
    const auto words = [&] { return site.check().output; };
    CHECK(has(words(), "there is no TSIG key \"transfer\""));

    const auto use = [&](const std::string& text) {
        const auto file = site.box() / "tsig";
        std::ofstream(file) << text << "\n";
        std::filesystem::permissions(file, std::filesystem::perms::owner_read);
        site.configure("tsig_keys", {{"transfer", {{"secret_file", file.string()}}}});
    };
    use("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    const std::string refused = words();
    INFO(refused);
    CHECK(has(refused, "TSIG"));
    CHECK_FALSE(has(refused, "as it should be"));
    std::filesystem::remove(site.box() / "tsig");
    use(secret);
    CHECK(has(words(), "as it should be"));
}

TEST_CASE("an answer that is too long for UDP is asked for over TCP", "[parent]") {
    ParentServer server;
    ParentSite site(observed({server.address()}));
    site.reach_ds();
    std::string many;
    for (int tag = 1; tag <= 40; ++tag)
        many += fmt::format("example.org. 3600 IN DS {} 13 4 {:096X}\n", tag, tag);
    server.serve(site.wanted() + many);
    const json checked =
        json::parse(site.box().kaspar({"ds", "check", "example.org", "--json"}).output);
    CHECK(checked["servers"][0]["ds"].size() == 41);
}

TEST_CASE("the parent is looked at once more before a key leaves", "[parent]") {
    ParentServer server;
    ParentSite site(observed({server.address()}, "\"check_interval\": \"7d\""));
    const auto look = [&] {
        site.check();  // has the enforcer look at its next pass
        site.step();
    };
    site.reach_ds();
    const std::string old_ds = site.wanted();
    server.serve(old_ds);
    look();
    site.step_after(24h);
    REQUIRE(site.box().kaspar({"key", "roll", "example.org", "--role", "ksk"}).status == 0);
    site.step();
    site.step_after(48h);
    const std::string new_ds = site.wanted();
    server.serve(new_ds);
    look();
    REQUIRE(has(site.log(), "is gone from the parent"));
    server.serve(old_ds);
    for (int hour = 0; hour < 12; ++hour) {
        site.step_after(1h);
    }
    CHECK(site.box().instructed().keys.size() == 3);
    CHECK(has(site.log(), "which nobody asked for"));
}

namespace {

/// A server of the parent that does what a test says, with the DS set that it was given.
class MoodyServer {
  public:
    enum class Mood { honest, silent, guessing };

    void serve(const std::string& ds_lines) {
        const std::lock_guard lock(mutex_);
        records_.clear();
        std::istringstream lines(ds_lines);
        for (std::string line; std::getline(lines, line);) {
            const auto ds = Ds::from_text(line.substr(line.find(" DS ") + 4));
            REQUIRE(ds.ok());
            const Bytes rdata = ds->rdata();
            records_.push_back(record(43, 7200, std::string(rdata.begin(), rdata.end())));
        }
    }
    void be(Mood mood) { mood_ = mood; }
    std::string address() const { return fmt::format("127.0.0.1@{}", server_.port()); }

  private:
    std::vector<std::string> answer(const std::string& query) {
        const std::lock_guard lock(mutex_);
        std::string reply = answer_to(query, records_);
        if (mood_ == Mood::guessing)
            reply[1] = static_cast<char>(reply[1] ^ 1);
        return mood_ == Mood::silent ? std::vector<std::string>{} : std::vector{reply};
    }

    std::atomic<Mood> mood_ = Mood::honest;
    std::mutex mutex_;
    std::vector<std::string> records_;
    ScriptedServer server_{[this](const std::string& query) { return answer(query); }};
};

}  // namespace

TEST_CASE("a whole KSK roll with confirm: both, past every trouble of the parent's servers",
          "[parent]") {
    using Mood = MoodyServer::Mood;
    ParentServer first, second;
    MoodyServer third;
    ParentSite site(fmt::format(R"("confirm": "both", "servers": ["{}", "{}", "{}"])",
                                first.address(), second.address(), third.address()));
    const auto all_serve = [&](const std::string& ds) {
        first.serve(ds);
        second.serve(ds);
        third.serve(ds);
    };
    const auto say = [&](const std::string& word) {
        expect(site.box().kaspar({"ds", word, "example.org"}));
    };
    /// The old key must be there, and a reason be told, however long it takes.
    const auto stays = [&](const std::string& why) {
        site.step_after(72h);
        CHECK(site.box().instructed().keys.size() == 3);
        const auto status = site.box().kaspar({"status", "example.org"});
        INFO(why);
        CHECK(says(status, why));
        CHECK(says(status, "waits for parent"));
    };
    site.reach_ds();
    const std::string old_ds = site.wanted();
    all_serve(old_ds);
    say("seen");
    site.step_after(10min);
    site.step_after(6h);
    REQUIRE(site.state_of_ds() == "omnipresent");
    expect(site.box().kaspar({"key", "roll", "example.org", "--role", "ksk"}));
    site.step();
    site.step_after(48h);
    const std::string new_ds = site.wanted();

    first.serve(new_ds);
    stays("still has");
    CHECK(site.box().json({"status", "example.org"})["waits"][0]["since"].is_string());
    CHECK(says(site.box().kaspar({"status"}), "for 3d: "));
    CHECK(says(site.box().kaspar({"report", "--html", "-", "example.org"}), "DS at the parent"));
    say("seen");
    say("gone");
    second.serve(new_ds);
    third.be(Mood::silent);
    stays("no answer");
    third.be(Mood::guessing);
    stays("replies that are not to the question");
    third.be(Mood::honest);
    third.serve(new_ds + stranger);
    stays("4711");

    third.serve(new_ds);
    site.step_after(10min);
    CHECK(has(site.log(), "is gone from the parent (by what 3 of the parent's servers answer)"));
    site.step_after(2h);  // the third serves them for 2 h, the policy says 1 h; 1 h to propagate
    CHECK(site.box().instructed().keys.size() == 3);
    for (int hour = 0; hour < 4; ++hour)
        site.step_after(1h);
    CHECK(site.box().instructed().keys.size() == 2);
    site.step_after(24h);
    CHECK(site.state_of_ds() == "omnipresent");
}

}  // namespace parent_test

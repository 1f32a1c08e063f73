// A clock that is set ahead and back: nothing is withdrawn early, all of it is told, and nothing
// waits for a time that was never there. And time zones, which are nobody's business here.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <regex>

#include "common/system/clock.h"
#include "enforcer/store/database.h"
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"
#include "tests/support/installation.h"

namespace clock_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

constexpr Duration ten_years = days{3652};

// By the sandbox's policy: a DS may be cached for a day, the parent takes an hour to have it
// everywhere, and an hour's margin comes on top.
constexpr Duration old_ds_is_held = 26h;

/// A secure zone in the middle of a KSK roll: the parent has the new DS since `swapped`.
struct MidRoll : Sandbox {
    explicit MidRoll(Time begin = *parse_rfc3339("2026-11-24T00:00:00Z")) {
        set_time(begin);
        expect(add_zone());
        live(days{3});
        expect(kaspar({"ds", "seen", "example.org"}));
        live(days{3});
        expect(kaspar({"key", "roll", "example.org", "--role", "ksk"}));
        live(12h);
        expect(kaspar({"ds", "seen", "example.org"}));
        swapped = now();
        live(1h);
        REQUIRE(published_keys() == 3);
    }

    /// One round of both programs; the enforcer's.
    CommandResult round() const {
        auto pass = enforcer();
        sign();
        return pass;
    }

    /// A round twice a day, each of which must end well, and one at the end.
    void live(Duration length) {
        for (const Time end = now() + length; now() < end;
             wait(std::min<Duration>(12h, end - now())))
            expect(round());
        expect(round());
    }

    /// A round every hour until the enforcer has no complaint; how long that took.
    Duration time_until_good(Duration longest) {
        const Time since = now();
        while (round().status != 0 && now() < since + longest)
            wait(1h);
        return now() - since;
    }

    std::size_t published_keys() const { return instructed().keys.size(); }

    bool log_tells(const std::string& words) const {
        return says(kaspar({"log", "example.org"}), words);
    }

    bool health_tells(const std::string& words) const {
        const auto health = kaspar({"health"});
        return health.status == 1 && says(health, words);
    }

    Time swapped;
};

/// The latest time that a text has in it.
Time latest_in(const std::string& text) {
    static const std::regex pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
    Time latest = Time::min();
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
        latest = std::max(latest, *parse_rfc3339(at->str()));
    return latest;
}

/// An Ed25519 zone, so that the same input at the same time gives the same octets.
constexpr auto even_policy = R"({ "version": 1,
  "signatures": { "validity": "14d", "refresh": "7d", "jitter": "12h" },
  "keys": [ { "role": "csk", "algorithm": "ed25519", "keystore": "local" } ] })";

constexpr auto zone_text = R"($TTL 3600
@     SOA  ns.example.net. hostmaster.example.net. 1 3600 900 1209600 600
@     NS   ns.example.net.
www   A    192.0.2.1
)";

/// Zones that all three programs have seen to.
struct RealZones : Installation {
    explicit RealZones(std::optional<Time> at,
                       std::vector<std::string> zone_names = {"example.com"})
        : names(std::move(zone_names)) {
        set_time(at);
        write("policies/even.json", even_policy);
        for (const auto& name : names) {
            write(name, zone_text);
            add_zone(name, "even");
        }
        expect(enforcer());
        expect(signer());
        expect(enforcer());
    }

    void verify_all() const {
        for (const auto& name : names)
            expect(verify(name));
    }

    std::vector<std::string> names;
};

}  // namespace

// ---- The enforcer -----------------------------------------------------------------------------

TEST_CASE("a clock that stands back moves nothing; set right, the roll goes on where it was",
          "[clock]") {
    const Duration step = GENERATE(Duration{days{1}}, Duration{days{30}}, ten_years);
    MidRoll box;
    const Time right = box.now();
    const auto instruction = box.read(box.instruction());
    const auto keys = box.json({"key", "list"});
    for (const Duration later : {0h, 1h, 2h}) {
        box.set_time(right - step + later);
        const auto pass = box.round();
        CHECK(pass.status == 1);
        CHECK(says(pass, "the clock went back"));
        CHECK(box.health_tells("the clock went back"));
        CHECK(says(box.kaspar({"status", "example.org"}), "it went back"));
        CHECK(box.read(box.instruction()) == instruction);
        CHECK(box.json({"key", "list"}) == keys);
    }
    CHECK(box.log_tells("the clock went back"));
    CHECK(says(box.kaspar({"key", "roll", "example.org", "--role", "zsk"}), "set the clock right"));

    box.set_time(box.swapped + old_ds_is_held - 1h);
    expect(box.round());
    CHECK(box.published_keys() == 3);
    box.set_time(box.swapped + old_ds_is_held);
    expect(box.round());
    CHECK(box.published_keys() == 2);
    CHECK(box.kaspar({"health"}).status == 0);
}

TEST_CASE("a clock that stood ahead and was set right leaves no zone waiting for that time",
          "[clock]") {
    const Duration step = GENERATE(Duration{days{1}}, Duration{days{30}}, ten_years);
    MidRoll box;
    const Time right = box.now();
    box.set_time(right + step);
    expect(box.round());
    expect(box.round());
    const auto keys = box.json({"key", "list"});

    box.set_time(right + 1h);
    const auto pass = box.round();
    CHECK(pass.status == 1);
    CHECK(says(pass, "zones go on by themselves"));
    CHECK(box.health_tells("the clock went back"));
    // Nothing moves until no cache holds anything of before.
    const Duration stood = box.time_until_good(days{3});
    CHECK(stood == std::min<Duration>(step - 1h, old_ds_is_held));
    CHECK(box.log_tells("the clock went back"));
    CHECK(box.log_tells("the zone goes on by the clock as it is") == (step > old_ds_is_held));
    CHECK(box.json({"key", "list"}).size() == keys.size());

    // Another roll goes its way in its time, and no time of then is left.
    expect(box.kaspar({"key", "roll", "example.org", "--role", "zsk"}));
    box.live(days{12});
    CHECK(box.published_keys() == 2);
    CHECK(box.kaspar({"health"}).status == 0);
    const auto next = box.kaspar({"status", "example.org", "--json"}).output;
    CHECK(latest_in(next) < box.now() + days{100});
}

namespace {

/// The last pass was just now by the system's uptime, and forty days ago by the clock.
struct BeforeLeap : MidRoll {
    BeforeLeap() : MidRoll(Clock::system().now() - days{47}) {
        const auto uptime = Clock::system().uptime();
        REQUIRE(uptime);
        auto database = enforcer::Database::open((*this / "state/kaspar.db").string());
        REQUIRE(database.ok());
        REQUIRE(
            database->run("UPDATE passes SET boot = ?, uptime = ?", {uptime->boot, uptime->length})
                .ok());
    }

    CommandResult pass_by_the_clock() const {
        return run({{KASPAR_PROGRAMS "/enforcer/kaspar-enforcer", "once", "-c",
                     (*this / "kaspar.json").string()}});
    }
};

}  // namespace

TEST_CASE("a leap that was set right again leaves no zone waiting for it, whatever else failed",
          "[clock]") {
    BeforeLeap box;
    const auto report = box.read(box.report());
    box.write("state/reports/example.org", "{}");
    const auto pass = box.pass_by_the_clock();
    CHECK(pass.status == 1);
    CHECK(says(pass, "further than the time that passed"));
    CHECK(says(pass, "next event at"));  // a zone that stands still is tried again soon
    box.write("state/reports/example.org", report);
    CHECK(box.time_until_good(days{3}) > 0s);
    box.wait(old_ds_is_held + 1h);
    expect(box.round());
    expect(box.round());
    CHECK(box.published_keys() == 2);
}

TEST_CASE("a clock that is ahead of the time that passed ends no wait", "[clock]") {
    BeforeLeap box;
    const auto instruction = box.read(box.instruction());
    for (const bool first : {true, false}) {
        const auto pass = box.pass_by_the_clock();
        expect(pass);
        CHECK(says(pass, "further than the time that passed") == first);
        CHECK(box.read(box.instruction()) == instruction);
    }
    box.set_time(Clock::system().now());
    CHECK(says(box.kaspar({"log"}), "the clock was set"));
    CHECK(says(box.kaspar({"status", "example.org"}), "or the clock was set"));
    box.wait(old_ds_is_held + 1h);
    expect(box.round());
    CHECK(box.published_keys() == 2);
}

// ---- The signer -------------------------------------------------------------------------------

TEST_CASE("signatures that begin in the future are made anew once the clock is right", "[clock]") {
    const Duration step = GENERATE(Duration{days{1}}, Duration{days{30}}, ten_years);
    const Time right = *parse_rfc3339("2026-11-24T00:00:00Z");
    RealZones site(right, {"a.example", "b.example"});
    site.set_time(right + step);
    site.write("a.example", std::string(zone_text) + "new A 192.0.2.2\n");
    expect(site.signer());
    site.set_time(right + 1h);
    const auto ahead = site.report("a.example").publication->serial;
    expect(site.signer());
    site.verify_all();
    CHECK(site.report("a.example").publication->serial > ahead);
    CHECK(site.report("a.example").publication->published == right + 1h);
    const auto serial = site.report("a.example").publication->serial;
    expect(site.signer());  // and then it is quiet
    CHECK(site.report("a.example").publication->serial == serial);
    // A clock that stands back makes no signature that is not good later.
    site.set_time(right - step);
    expect(site.signer());
    site.set_time(right + 2h);
    expect(site.signer());
    site.verify_all();
}

TEST_CASE("by the system's own clock, ten years ahead and back", "[clock]") {
    RealZones site(std::nullopt);
    site.start_by({"faketime", "-f", "+10y"});
    site.write("example.com", std::string(zone_text) + "new A 192.0.2.2\n");
    expect(site.signer());
    expect(site.enforcer());
    CHECK(site.report("example.com").publication->published >
          Clock::system().now() + ten_years / 2);
    site.start_by({});
    CHECK_FALSE(site.verify("example.com").status == 0);
    expect(site.signer());
    site.verify_all();
    CHECK(says(site.enforcer(), "the clock went back"));
    CHECK(site.kaspar({"health"}).status == 1);
}

TEST_CASE("what is done and told is the same in every time zone, with leap seconds and without",
          "[clock]") {
    RealZones site(*parse_rfc3339("2026-11-24T00:00:00Z"));
    const auto told = [&](const char* zone) {
        ::setenv("TZ", zone, 1);
        for (const char* file :
             {"example.com.signed", "state/reports/example.com", "state/executed/example.com"})
            std::filesystem::remove(site / file);
        expect(site.signer());
        std::string all = site.read("example.com.signed");
        for (const auto& command : std::vector<std::vector<std::string>>{
                 {"status", "example.com"}, {"log"}, {"forecast", "example.com"}, {"ds", "show"}})
            all += site.kaspar(command).output;
        ::unsetenv("TZ");
        return all;
    };
    const auto plain = told("UTC");
    CHECK(plain.size() > 2000);
    for (const char* zone :
         {"America/New_York", "Asia/Kathmandu", "right/UTC", "right/Europe/Berlin", "no such zone"})
        CHECK(told(zone) == plain);
}

// ---- Expiry -----------------------------------------------------------------------------------

TEST_CASE("after a signer's long absence expired zones come first, and health had told of them",
          "[clock]") {
    const Time start = *parse_rfc3339("2026-11-24T00:00:00Z");
    RealZones site(start, {"a.example", "b.example", "c.example", "d.example"});
    // Signed a day after each other, d first: the first to expire has the last name.
    for (int day = 0; day < 4; ++day) {
        site.set_time(start + days{8 + day});
        expect(site.signer({"--zone", fmt::format("{}.example", "dcba"[day])}));
    }
    const Time first = *site.report("d.example").publication->first_expiry;
    const Time second = *site.report("c.example").publication->first_expiry;

    const auto health_at = [&](Time time) {
        site.set_time(time);
        return site.kaspar({"health"});
    };
    CHECK_FALSE(says(health_at(first - days{5}), "d.example: signatures expire"));
    CHECK(says(health_at(first - days{3}), "d.example: signatures expire"));
    CHECK(health_at(first - 1h).status == 1);

    site.set_time(second - 1h);  // d has expired, c will in an hour
    CHECK(says(site.kaspar({"health"}), "d.example: signatures have expired"));
    const auto run = site.signer();
    expect(run);
    const auto place = [&](const char* zone) { return run.output.find(zone); };
    INFO(run.output);
    CHECK(place("d.example: ") < place("c.example: "));
    CHECK(place("c.example: ") < place("b.example: "));
    CHECK(place("b.example: ") < place("a.example: "));
    site.verify_all();
    expect(site.enforcer());
    CHECK(site.kaspar({"health"}).status == 0);
}

}  // namespace clock_test

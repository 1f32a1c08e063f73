// Whole rolls with the real programs on a simulated clock, from the first signing on: enforcer,
// signer and the operator's words for the DS, event by event. After every step every program says
// that all is well, the verifier accepts the zone, and no resolver finds it bogus, whatever mixture
// of what was published it holds; in the end the zone has the keys that its policy asks for. All of
// it with keys in files, and again with keys in a token.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/installation.h"
#include "tests/support/judges.h"
#include "tests/support/minute_policy.h"
#include "tests/support/resolver_caches.h"
#include "tests/support/soft_token.h"

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

const Time start = *parse_rfc3339("2026-11-24T00:00:00Z");

/// Where the keys of the test are: "local" (files) or "hsm" (a token).
std::string key_store = "local";

std::string key(const std::string& role, const std::string& algorithm = "ecdsap256sha256",
                const std::string& rollover = "") {
    return minute_key(key_store, role, algorithm, rollover);
}

std::string pair(const std::string& algorithm = "ecdsap256sha256") {
    return key("ksk", algorithm) + "," + key("zsk", algorithm);
}

class Life {
  public:
    explicit Life(const std::string& text) {
        site.set_time(now);
        if (text.find("\"hsm\"") != text.npos)
            site.add_token("hsm", token.emplace());
        liberal_ = text.find("liberal") != text.npos;
        set_policy(text);
        site.write("example.com", minute_zone);
        site.add_zone("example.com", "test");
    }

    void set_policy(const std::string& text) { site.write("policies/test.json", text); }

    nlohmann::json status() const {
        const auto told = site.kaspar({"status", "example.com", "--json"});
        return nlohmann::json::parse(told.output);
    }

    /// "ksk ecdsap256sha256" of each key whose DNSKEY or DS caches may hold, sorted.
    std::vector<std::string> keys() const {
        std::vector<std::string> found;
        const auto told = status();
        for (const auto& one : told["keys"])
            if (one["dnskey"] != "hidden" || (one["ds"] != "hidden" && one["ds"] != "na"))
                found.push_back(fmt::format("{} {}", one["role"].get<std::string>(),
                                            one["algorithm"].get<std::string>()));
        std::sort(found.begin(), found.end());
        return found;
    }

    std::string ds() const { return site.kaspar({"ds", "show", "example.com"}).output; }

    /// Lives on for `length`, a step every ten minutes, the operator answering at once.
    void live(Duration length, bool is_signed = true) {
        for (const Time end = now + length; now < end; now += 10min) {
            site.set_time(now);
            step(is_signed);
        }
    }

    Installation site;
    std::optional<SoftToken> token;
    Time now = start;

  private:
    void parent_takes_ds() {
        site.write("ds", ds());
        const auto wanted = read_rrsets(site / "ds");
        SignedRRset set = wanted.empty() ? SignedRRset{} : wanted.front();
        set.ttl = 600;
        caches_.parent_publishes(set, now);
    }

    void step(bool is_signed) {
        INFO(to_rfc3339(now));
        judge();
        expect(site.enforcer());
        expect(site.signer());
        caches_.zone_publishes(read_rrsets(site / "example.com.signed"), now);
        expect(site.enforcer());
        parent_takes_ds();
        judge();
        (void)site.kaspar({"ds", "seen", "example.com"});
        (void)site.kaspar({"ds", "gone", "example.com"});
        if (!is_signed)
            return;
        expect(site.verify("example.com"));
        if (!token)
            return;
        // Of the judges the one that knows every step of every roll: kzonecheck wants no CDS before
        // its DNSKEY (double-DS), and refuses a delegation's NSEC beside two CSKs (3.2).
        const Verdict verdict = ldns_verify_zone(site / "example.com.signed", now);
        INFO(verdict.output);
        CHECK(verdict.accepted);
    }

    /// The caches are as strict as a conservative policy, so a liberal one is not held to them.
    void judge() {
        if (!liberal_)
            CHECK(caches_.complaint(now) == "");
    }

    ResolverCaches caches_{1min, 1min};  // the policy's propagation delays
    bool liberal_ = false;
};

const std::vector<std::string> p256_pair{"ksk ecdsap256sha256", "zsk ecdsap256sha256"};

/// Until the first signing is over and the parent has the DS.
void become_secure(Life& life) {
    life.live(1h);
    REQUIRE_FALSE(life.ds().empty());
}

/// Rolls by command; afterwards the zone has another DS or the same, and as many keys as before.
void roll(const std::string& keys, const std::string& role, bool another_ds) {
    Life life(minute_policy(keys));
    become_secure(life);
    const auto before = life.keys();
    const auto ds = life.ds();
    expect(life.site.kaspar({"key", "roll", "example.com", "--role", role}));
    life.live(20min);
    CHECK(life.keys().size() == before.size() + 1);
    life.live(2h);
    CHECK(life.keys() == before);
    CHECK((life.ds() != ds) == another_ds);
}

/// Edits the policy; afterwards the zone has these keys.
void change(const std::string& from, const std::string& to, const std::vector<std::string>& keys) {
    Life life(from);
    become_secure(life);
    life.set_policy(to);
    life.live(3h);
    CHECK(life.keys() == keys);
    CHECK_FALSE(life.ds().empty());
}

}  // namespace

TEST_CASE("each method of rolling a key goes to its end", "[lifecycle]") {
    const std::string p256 = "ecdsap256sha256";
    key_store = GENERATE("local", "hsm");
    INFO(key_store);
    SECTION("ZSK pre-publication") {
        roll(pair(), "zsk", false);
    }
    SECTION("ZSK double-signature") {
        roll(key("ksk") + "," + key("zsk", p256, "double-signature"), "zsk", false);
    }
    SECTION("KSK double-signature") {
        roll(pair(), "ksk", true);
    }
    SECTION("KSK double-DS") {
        roll(key("ksk", p256, "double-ds") + "," + key("zsk"), "ksk", true);
    }
    SECTION("KSK double-RRset") {
        roll(key("ksk", p256, "double-rrset") + "," + key("zsk"), "ksk", true);
    }
    SECTION("CSK") {
        roll(key("csk"), "csk", true);
    }
}

TEST_CASE("an edited policy changes algorithm and scheme", "[lifecycle]") {
    const std::vector<std::string> ed25519_pair{"ksk ed25519", "zsk ed25519"};
    const std::string liberal = R"("algorithm_rollover": "liberal",)";
    key_store = GENERATE("local", "hsm");
    INFO(key_store);
    SECTION("another algorithm, conservative") {
        change(minute_policy(pair()), minute_policy(pair("ed25519")), ed25519_pair);
    }
    SECTION("another algorithm, liberal") {
        change(minute_policy(pair(), liberal), minute_policy(pair("ed25519"), liberal),
               ed25519_pair);
    }
    SECTION("KSK and ZSK to CSK") {
        change(minute_policy(pair()), minute_policy(key("csk")), {"csk ecdsap256sha256"});
    }
    SECTION("CSK to KSK and ZSK of another algorithm") {
        change(minute_policy(key("csk", "ed25519")), minute_policy(pair()), p256_pair);
    }
}

TEST_CASE("a zone moves from files into a token and back, by its policy alone", "[lifecycle]") {
    key_store = "hsm";
    const std::string in_token = minute_policy(pair());
    key_store = "local";
    Life life(in_token);
    become_secure(life);
    life.set_policy(minute_policy(pair()));
    life.live(3h);
    CHECK(life.keys() == p256_pair);
    key_store = "hsm";
    life.set_policy(
        minute_policy(key("ksk") + "," + R"({ "role": "zsk", "algorithm": "ecdsap256sha256" })"));
    life.live(3h);  // the KSK in the token, the ZSK in a file: both sign one zone
    CHECK(life.keys() == p256_pair);
    CHECK_FALSE(life.ds().empty());
}

TEST_CASE("a zone goes insecure and comes back", "[lifecycle]") {
    key_store = GENERATE("local", "hsm");
    INFO(key_store);
    Life life(minute_policy(pair()));
    become_secure(life);
    life.set_policy(minute_policy(""));
    life.live(30min, false);
    CHECK(life.ds().empty());
    life.live(1h, false);
    CHECK(life.keys().empty());
    CHECK(life.site.read("example.com.signed").find("RRSIG") == std::string::npos);
    life.set_policy(minute_policy(pair()));
    life.live(2h);
    CHECK(life.keys() == p256_pair);
    CHECK_FALSE(life.ds().empty());
}

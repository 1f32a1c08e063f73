// Whole rolls with the real programs on a simulated clock, from the first signing on (and what
// holds after every step: tests/support/minute_life.h); in the end the zone has the keys that its
// policy asks for. All of it with keys in files, and again with keys in a token.
#include "tests/support/catch.h"
#include "tests/support/minute_life.h"
#include "tests/support/minute_policy.h"

namespace lifecycle_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

/// Where the keys of the test are: "local" (files) or "hsm" (a token).
std::string key_store = "local";

std::string key(const std::string& role, const std::string& algorithm = "ecdsap256sha256",
                const std::string& rollover = "") {
    return minute_key(key_store, role, algorithm, rollover);
}

std::string pair(const std::string& algorithm = "ecdsap256sha256") {
    return key("ksk", algorithm) + "," + key("zsk", algorithm);
}

const std::vector<std::string> p256_pair{"ksk ecdsap256sha256", "zsk ecdsap256sha256"};

/// Rolls by command; afterwards the zone has another DS or the same, and as many keys as before.
void roll(const std::string& keys, const std::string& role, bool another_ds) {
    MinuteLife life(minute_policy(keys));
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
    MinuteLife life(from);
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
    MinuteLife life(in_token);
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
    MinuteLife life(minute_policy(pair()));
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

}  // namespace lifecycle_test

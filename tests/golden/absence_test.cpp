// Both programs are away for forty days, again and again, in the middle of each kind of roll: after
// every instruction, before the signer has carried it out, and after every publication. No resolver
// ever finds the zone bogus (tests/support/minute_life.h), and the roll ends.
#include <algorithm>
#include <functional>

#include "tests/support/catch.h"
#include "tests/support/minute_life.h"
#include "tests/support/minute_policy.h"

namespace absence_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

constexpr Duration absence = days{40};
constexpr auto p256 = "ecdsap256sha256";

std::string key(const std::string& role, const std::string& rollover = "",
                const std::string& algorithm = p256) {
    return minute_key("local", role, algorithm, rollover);
}

std::string pair(const std::string& algorithm = p256) {
    return key("ksk", "", algorithm) + "," + key("zsk", "", algorithm);
}

/// Signatures outlive an absence, so that a cache, and not their expiry, is what could go wrong.
std::string policy(const std::string& keys, const std::string& more = "") {
    std::string text = minute_policy(keys, more);
    for (auto at = text.find("\"4d\""); at != text.npos; at = text.find("\"4d\""))
        text.replace(at, 4, "\"60d\"");
    return text.replace(text.find("\"2d\""), 4, "\"30d\"");
}

using Begin = std::function<void(MinuteLife&)>;

struct Roll {
    std::string name;
    std::string policy;
    Begin begin;
    std::vector<std::string> keys;  ///< in the end
};

Begin asked(const std::string& role) {
    return [role](MinuteLife& life) {
        expect(life.site.kaspar({"key", "roll", "example.com", "--role", role}));
    };
}

Begin edited(const std::string& text) {
    return [text](MinuteLife& life) { life.set_policy(text); };
}

const std::string liberal = R"("algorithm_rollover": "liberal",)";
const std::vector<std::string> p256_pair{"ksk ecdsap256sha256", "zsk ecdsap256sha256"};
const std::vector<std::string> ed25519_pair{"ksk ed25519", "zsk ed25519"};
const std::vector<std::string> p256_csk{"csk ecdsap256sha256"};

const std::vector<Roll> rolls{
    {"ZSK pre-publication", policy(pair()), asked("zsk"), p256_pair},
    {"ZSK double-signature", policy(key("ksk") + "," + key("zsk", "double-signature")),
     asked("zsk"), p256_pair},
    {"KSK double-signature", policy(pair()), asked("ksk"), p256_pair},
    {"KSK double-DS", policy(key("ksk", "double-ds") + "," + key("zsk")), asked("ksk"), p256_pair},
    {"KSK double-RRset", policy(key("ksk", "double-rrset") + "," + key("zsk")), asked("ksk"),
     p256_pair},
    {"CSK", policy(key("csk")), asked("csk"), p256_csk},
    {"algorithm, conservative", policy(pair()), edited(policy(pair("ed25519"))), ed25519_pair},
    {"algorithm, liberal", policy(pair(), liberal), edited(policy(pair("ed25519"), liberal)),
     ed25519_pair},
    {"KSK and ZSK to CSK", policy(pair()), edited(policy(key("csk"))), p256_csk},
    {"CSK to KSK and ZSK", policy(key("csk")), edited(policy(pair())), p256_pair},
    {"going insecure", policy(pair()), edited(policy("")), {}},
};

/// Gives how often everybody was away.
int live_with_absences(MinuteLife& life, bool stays_signed) {
    int absences = 0;
    for (int still = 0; still < 4; ++still) {
        if (life.enforce()) {
            life.be_away(absence);
            ++absences;
            still = 0;
        }
        const auto before = life.site.read("state/instructions/example.com");
        life.live(10min, stays_signed);
        if (life.site.read("state/instructions/example.com") != before) {
            life.be_away(absence);
            ++absences;
            still = 0;
        }
    }
    return absences;
}

}  // namespace

TEST_CASE("forty days away at every turn of a roll: nothing is withdrawn early, and it ends",
          "[absence]") {
    const Roll roll = GENERATE(from_range(rolls));
    INFO(roll.name);
    MinuteLife life(roll.policy);
    become_secure(life);
    roll.begin(life);
    CHECK(live_with_absences(life, !roll.keys.empty()) >= 2);
    CHECK(life.keys() == roll.keys);
    CHECK(life.ds().empty() == roll.keys.empty());
}

TEST_CASE("forty days away at every turn of a first signing: the DS comes last", "[absence]") {
    MinuteLife life(policy(pair()));
    CHECK(live_with_absences(life, true) >= 1);
    CHECK(life.keys() == p256_pair);
    CHECK_FALSE(life.ds().empty());
}

}  // namespace absence_test

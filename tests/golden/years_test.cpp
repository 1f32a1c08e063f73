// The full programs over years on a simulated clock, from event to event: keys roll by their
// lifetimes while the operator edits the policy and the zone, the signer is away and the parent is
// slow. Every publication is judged by ldns; every mixture of what caches may hold is validated
// with real signatures. KASPAR_YEARS makes the life longer, with troubles at random times from
// KASPAR_YEARS_SEED; tools/simulate does so.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "tests/support/catch.h"
#include "tests/support/installation.h"
#include "tests/support/judges.h"
#include "tests/support/resolver_caches.h"

namespace years_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

const Time start = *parse_rfc3339("2026-01-01T00:00:00Z");
constexpr Duration parent_lag = 1h, zone_lag = 5min;

std::uint64_t number_from_environment(const char* name, std::uint64_t usual) {
    const char* text = std::getenv(name);
    return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

/// What the operator has in mind.
struct Wishes {
    std::string algorithm = "ecdsap256sha256";
    bool combined = false;  ///< one CSK instead of KSK and ZSK
    bool nsec3 = false;
    bool long_ttls = false;

    std::string keys() const {
        const auto key = [&](const char* role, const char* lifetime) {
            return fmt::format(R"({{ "role": "{}", "algorithm": "{}", "lifetime": "{}" }})", role,
                               algorithm, lifetime);
        };
        return combined ? key("csk", "180d") : key("ksk", "180d") + ", " + key("zsk", "30d");
    }

    std::string policy() const {
        return fmt::format(R"({{ "version": 1,
  "signatures": {{ "validity": "40d", "dnskey_validity": "40d", "denial_validity": "40d",
                   "refresh": "30d", "jitter": "12h", "resign": "5d" }},
  "denial": {{ "type": "{}" }}, "algorithm_rollover": "conservative",
  "dnskey": {{ "ttl": "{}", "publish_safety": "1h", "retire_safety": "1h", "purge_after": "10d" }},
  "zone": {{ "propagation_delay": "5m", "max_ttl": "2d" }},
  "parent": {{ "propagation_delay": "1h", "ds_ttl": "1d" }},
  "keys": [ {} ] }})",
                           nsec3 ? "nsec3" : "nsec", long_ttls ? "12h" : "1h", keys());
    }

    std::string zone() const {
        return fmt::format(R"($TTL {}
@      SOA   ns.example.net. hostmaster.example.net. 1 3600 900 1209600 300
@      NS    ns.example.net.
@      MX    10 www
www    A     192.0.2.1
alias  CNAME www
*.w    TXT   "wild"
plain  NS    ns.plain
ns.plain A   192.0.2.3
secure NS    ns.example.net.
secure DS    55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17
)",
                           long_ttls ? "2d" : "1h");
    }

    std::vector<std::string> roles() const {
        return combined ? std::vector<std::string>{"csk"} : std::vector<std::string>{"ksk", "zsk"};
    }
};

class Life {
  public:
    Life() : caches_(parent_lag, zone_lag) {
        site_.set_time(now_);
        put_in_force();
        site_.add_zone(zone_, "test");
        at_parent_.ttl = 86400;
        caches_.parent_publishes(at_parent_, now_);
    }

    void wish(const std::function<void(Wishes&)>& edit) {
        edit(wishes_);
        put_in_force();
    }

    void signer_away(Duration length) { signer_back_ = now_ + length; }
    void parent_takes(Duration delay) { parent_delay_ = delay; }

    void live_until(Time end) {
        while (now_ < end) {
            step();
            move_on(end);
        }
    }

    /// Nothing under way: the keys that are wanted, each of them everywhere.
    bool is_settled() {
        std::vector<std::string> roles;
        const auto told = status();
        for (const auto& key : told["keys"]) {
            if (key["algorithm"] != wishes_.algorithm || key["dnskey"] != "omnipresent")
                return false;
            roles.push_back(key["role"]);
        }
        std::sort(roles.begin(), roles.end());
        return roles == wishes_.roles();
    }

    Time now() const { return now_; }
    std::size_t keys_seen() const { return keys_seen_.size(); }
    std::size_t ds_sets() const { return ds_sets_; }
    std::size_t publications() const { return publications_; }
    std::uint64_t mixtures() const { return caches_.judged(); }

  private:
    void put_in_force() {
        enforcer_wakes_ = signer_wakes_ = now_;
        site_.write("policies/test.json", wishes_.policy());
        site_.write(zone_, wishes_.zone());
    }

    nlohmann::json status() const {
        return nlohmann::json::parse(site_.kaspar({"status", zone_, "--json"}).output);
    }

    void step() {
        INFO(to_rfc3339(now_));
        site_.set_time(now_);
        judge("before anything is done");
        if (now_ >= enforcer_wakes_)
            enforce();
        if (now_ >= std::max(signer_wakes_, signer_back_))
            sign();
        if (instruction_is_new_ || (parent_acts_ && now_ >= *parent_acts_))
            parent();
    }

    void enforce() {
        const auto pass = site_.enforcer({"--json"});
        expect(pass);
        const auto wake = nlohmann::json::parse(pass.output)["wake_at"];
        enforcer_wakes_ = wake.is_null() ? Time::max() : *parse_rfc3339(wake.get<std::string>());
        const auto instruction = site_.read("state/instructions/" + zone_);
        if (instruction == instruction_)
            return;
        instruction_ = instruction;
        signer_wakes_ = now_;
        instruction_is_new_ = true;
    }

    void sign() {
        const auto before = site_.read(signed_zone());
        expect(site_.signer());
        signer_wakes_ = site_.report(zone_).publication->next_refresh.value_or(Time::max());
        if (site_.read(signed_zone()) != before)
            take_publication();
        enforce();
    }

    void take_publication() {
        ++publications_;
        const auto verdict = ldns_verify_zone(site_ / signed_zone(), now_);
        INFO(verdict.output);
        REQUIRE(verdict.accepted);
        caches_.zone_publishes(read_rrsets(site_ / signed_zone()), now_);
        judge("the zone was published");
    }

    /// The parent does what it is asked for, after its delay, and the operator says so.
    void parent() {
        const auto told = status();
        for (const auto& key : told["keys"])
            keys_seen_.insert(key["fingerprint"]);
        instruction_is_new_ = false;
        if (told["ds_awaited"].empty() && told["ds_to_go"].empty())
            return parent_acts_.reset();
        if (!parent_acts_)
            parent_acts_ = now_ + parent_delay_;
        if (now_ < *parent_acts_)
            return;
        parent_acts_.reset();
        take_ds();
        (void)site_.kaspar({"ds", "seen", zone_});
        (void)site_.kaspar({"ds", "gone", zone_});
        enforce();
    }

    void take_ds() {
        site_.write("ds", site_.kaspar({"ds", "show", zone_}).output);
        auto wanted = read_rrsets(site_ / "ds");
        SignedRRset ds = wanted.empty() ? SignedRRset{} : wanted.front();
        ds.ttl = at_parent_.ttl;
        if (ds == at_parent_)
            return;
        at_parent_ = ds;
        ++ds_sets_;
        caches_.parent_publishes(ds, now_);
        judge("the parent changed the DS set");
    }

    void judge(const std::string& when) {
        const auto complaint = caches_.complaint(now_);
        INFO(to_rfc3339(now_) << ", when " << when << ": " << complaint);
        REQUIRE(complaint.empty());
    }

    /// To the next moment at which anybody has something to do.
    void move_on(Time end) {
        Time next = end;
        const auto sooner = [&](Time time) { next = std::min(next, std::max(time, now_ + 1s)); };
        sooner(enforcer_wakes_);
        sooner(std::max(signer_wakes_, signer_back_));
        if (parent_acts_)
            sooner(*parent_acts_);
        now_ = next;
    }

    std::string signed_zone() const { return zone_ + ".signed"; }

    const std::string zone_ = "example.com";
    Installation site_;
    ResolverCaches caches_;
    Wishes wishes_;
    Time now_ = start, enforcer_wakes_ = start, signer_wakes_ = start, signer_back_ = start;
    Duration parent_delay_ = 6h;
    std::optional<Time> parent_acts_;
    SignedRRset at_parent_;
    std::string instruction_;
    bool instruction_is_new_ = false;
    std::set<std::string> keys_seen_;
    std::size_t ds_sets_ = 0, publications_ = 0;
};

using Trouble = std::function<void(Life&)>;

Trouble wish(const std::function<void(Wishes&)>& edit) {
    return [edit](Life& life) { life.wish(edit); };
}

Trouble parent_takes(Duration delay) {
    return [delay](Life& life) { life.parent_takes(delay); };
}

const auto to_ed25519 = wish([](Wishes& w) { w.algorithm = "ed25519"; });
const auto to_p256 = wish([](Wishes& w) { w.algorithm = "ecdsap256sha256"; });
const auto to_csk = wish([](Wishes& w) { w.combined = true; });
const auto to_pair = wish([](Wishes& w) { w.combined = false; });
const auto to_nsec3 = wish([](Wishes& w) { w.nsec3 = true; });
const auto to_nsec = wish([](Wishes& w) { w.nsec3 = false; });
const auto raise_ttls = wish([](Wishes& w) { w.long_ttls = true; });
const auto lower_ttls = wish([](Wishes& w) { w.long_ttls = false; });
const Trouble signer_leaves = [](Life& life) { life.signer_away(days{21}); };

void settle(Life& life) {
    for (int i = 0; i < 40 && !life.is_settled(); ++i)
        life.live_until(life.now() + days{1});
    CHECK(life.is_settled());
}

void tell(const Life& life) {
    fmt::print("{} days, {} keys, {} DS sets, {} publications, {} mixtures validated\n",
               (life.now() - start) / days{1}, life.keys_seen(), life.ds_sets(),
               life.publications(), life.mixtures());
}

}  // namespace

TEST_CASE("three years of rolls, edits and absences never leave a resolver with a bogus zone",
          "[years]") {
    const std::multimap<int, Trouble> troubles{
        {80, raise_ttls},
        {100, lower_ttls},
        {171, parent_takes(days{20})},  // the KSK's first roll
        {240, to_nsec3},
        {300, to_ed25519},
        {400, parent_takes(days{2})},
        {430, signer_leaves},
        {500, to_csk},
        {570, raise_ttls},
        {574, lower_ttls},
        {680, to_pair},
        {760, to_p256},  // taken back in the middle
        {763, to_ed25519},
        {800, to_nsec},
        {850, to_csk},  // both at once, and the signer away
        {851, to_p256},
        {853, signer_leaves},
        {1000, to_pair},
    };
    Life life;
    for (const auto& [day, trouble] : troubles) {
        life.live_until(start + days{day});
        trouble(life);
    }
    life.live_until(start + days{3 * 365});
    settle(life);
    tell(life);
    CHECK(life.keys_seen() >= 30);
    CHECK(life.ds_sets() >= 8);
}

TEST_CASE("years of troubles at random times never leave a resolver with a bogus zone",
          "[.][years-long]") {
    const std::vector<Trouble> troubles{
        to_ed25519,
        to_p256,
        to_csk,
        to_pair,
        to_nsec3,
        to_nsec,
        raise_ttls,
        lower_ttls,
        signer_leaves,
        parent_takes(1h),
        parent_takes(days{3}),
        parent_takes(days{40}),
    };
    const auto years = number_from_environment("KASPAR_YEARS", 10);
    std::mt19937_64 chance(number_from_environment("KASPAR_YEARS_SEED", 1));
    Life life;
    const Time end = start + days{365 * years};
    while (life.now() < end) {
        life.live_until(life.now() + days{25} + Duration{chance() % (60 * 86400)});
        troubles[chance() % troubles.size()](life);
    }
    settle(life);
    tell(life);
}

}  // namespace years_test

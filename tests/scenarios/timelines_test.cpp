// The timelines that a correct engine reproduces, to the second: first signing, each kind of roll,
// and going insecure, with the parameters of BIND's own rollover tests, and told as rows of text.

#include "tests/scenarios/simulated_zone.h"
#include "tests/support/catch.h"

namespace timelines_test {

using namespace kaspar;
using namespace kaspar::test;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

using Rows = std::vector<std::string>;

const Time start{days{20000}};

KeySlot slot(Role role, Method method, std::optional<Duration> lifetime = {},
             Algorithm algorithm = Algorithm::ecdsap256sha256) {
    return {role, algorithm, 256, lifetime, {"local"}, method, 0};
}

KeySlot ksk(Method method = Method::ksk_double_signature, std::optional<Duration> lifetime = {}) {
    return slot(Role::ksk, method, lifetime);
}

KeySlot zsk(Method method = Method::zsk_pre_publication, std::optional<Duration> lifetime = {}) {
    return slot(Role::zsk, method, lifetime);
}

/// Nothing is left to chance: each test sets what its row names.
Policy bare_policy(std::vector<KeySlot> keys) {
    Policy policy{};
    policy.signatures.validity = days{14};
    policy.signatures.refresh = days{7};
    policy.keys = std::move(keys);
    return policy;
}

/// A zone that has been secure for long under this policy, and the time then.
SimulatedZone long_secure(const Policy& policy, std::vector<std::string> names) {
    SimulatedZone zone(policy, start);
    zone.name_next_keys(std::move(names));
    zone.run_for(days{20});
    (void)zone.rows(start);
    return zone;
}

Policy algorithm_policy(AlgorithmRollover rollover) {
    Policy policy = bare_policy({ksk(), zsk()});
    policy.algorithm_rollover = rollover;
    policy.dnskey_ttl = hours{1};
    policy.ds_ttl = hours{2};
    policy.max_ttl = hours{6};
    policy.zone_propagation_delay = policy.parent_propagation_delay = hours{1};
    policy.publish_safety = hours{1};
    policy.retire_safety = hours{2};
    return policy;
}

Rows roll_algorithm(AlgorithmRollover rollover) {
    SimulatedZone zone =
        long_secure(algorithm_policy(rollover), {"old-ksk", "old-zsk", "ksk", "zsk"});
    for (KeySlot& key : zone.policy.keys)
        key.algorithm = Algorithm::ed25519;
    const Time origin = zone.now;
    zone.run_for(days{3});
    return zone.rows(origin);
}

}  // namespace

TEST_CASE("first signing, CSK: the DS is asked for when no cache can hold unsigned data",
          "[timelines]") {
    Policy policy = bare_policy({slot(Role::csk, Method::ksk_double_signature)});
    policy.dnskey_ttl = minutes{5};
    policy.ds_ttl = hours{2};
    policy.max_ttl = hours{12};
    policy.parent_propagation_delay = hours{1};
    policy.zone_propagation_delay = policy.publish_safety = minutes{5};
    policy.retire_safety = minutes{20};
    SimulatedZone zone(policy, start);
    zone.name_next_keys({"csk"});
    zone.run_for(days{3});
    CHECK(zone.rows(start) ==
          Rows{"+0s csk dnskey rumoured", "+0s csk dnskey_signature rumoured",
               "+0s csk zone_signatures rumoured", "+15m csk dnskey omnipresent",
               "+15m csk dnskey_signature omnipresent", "+12h5m csk ds rumoured",
               "+12h5m csk zone_signatures omnipresent", "+15h5m csk ds omnipresent"});
}

namespace {

Policy pre_publication_policy() {
    Policy policy = bare_policy({ksk(), zsk(Method::zsk_pre_publication, days{30})});
    policy.dnskey_ttl = hours{1};
    policy.max_ttl = days{1};
    policy.zone_propagation_delay = hours{1};
    policy.publish_safety = days{1};
    policy.retire_safety = days{2};
    return policy;
}

}  // namespace

TEST_CASE("ZSK pre-publication: published at lifetime − 26h, withdrawn 241h after the swap",
          "[timelines]") {
    SimulatedZone zone = long_secure(pre_publication_policy(), {"ksk", "old", "new", "third"});
    zone.run_for(days{24});
    CHECK(zone.rows(start + days{30} - hours{26}) ==
          Rows{"+0s new dnskey rumoured", "+1d2h old zone_signatures unretentive",
               "+1d2h new dnskey omnipresent", "+1d2h new zone_signatures rumoured",
               "+9d3h old zone_signatures hidden", "+9d3h new zone_signatures omnipresent",
               "+11d3h old dnskey unretentive", "+11d5h old dnskey hidden"});
}

TEST_CASE(
    "ZSK pre-publication with a full re-sign at the swap withdraws the old key by its formula",
    "[timelines]") {
    Policy policy = pre_publication_policy();
    policy.signatures.renew_at_once = true;
    SimulatedZone zone = long_secure(policy, {"ksk", "old", "new", "third"});
    zone.run_for(days{24});
    const Rows rows = zone.rows(start + days{30} - hours{26});
    // Iret = 0 + Dprp 1h + TTLsig 24h, and retire_safety 48h: 73h after the swap at +26h.
    CHECK(rows == Rows{"+0s new dnskey rumoured", "+1d2h old zone_signatures unretentive",
                       "+1d2h new dnskey omnipresent", "+1d2h new zone_signatures rumoured",
                       "+2d3h old zone_signatures hidden", "+2d3h new zone_signatures omnipresent",
                       "+4d3h old dnskey unretentive", "+4d5h old dnskey hidden"});
}

TEST_CASE("KSK double-signature: DS swap at +27h, the old key withdrawn at +77h", "[timelines]") {
    Policy policy = bare_policy({ksk(Method::ksk_double_signature, days{60}), zsk()});
    policy.dnskey_ttl = hours{2};
    policy.ds_ttl = hours{1};
    policy.parent_propagation_delay = policy.zone_propagation_delay = hours{1};
    policy.publish_safety = days{1};
    policy.retire_safety = days{2};
    SimulatedZone zone = long_secure(policy, {"old", "zsk", "new"});
    zone.run_for(days{50});
    CHECK(zone.rows(start + days{60} - hours{27}) ==
          Rows{"+0s new dnskey rumoured", "+0s new dnskey_signature rumoured",
               "+1d3h old ds unretentive", "+1d3h new ds rumoured", "+1d3h new dnskey omnipresent",
               "+1d3h new dnskey_signature omnipresent", "+1d5h old ds hidden",
               "+1d5h new ds omnipresent", "+3d5h old dnskey unretentive",
               "+3d5h old dnskey_signature unretentive", "+3d8h old dnskey hidden",
               "+3d8h old dnskey_signature hidden"});
}

TEST_CASE("CSK: the KSK half and the ZSK half end apart", "[timelines]") {
    Policy policy = bare_policy({slot(Role::csk, Method::ksk_double_signature, days{186})});
    policy.signatures.validity = days{30};
    policy.signatures.refresh = days{5};
    policy.dnskey_ttl = policy.ds_ttl = hours{1};
    policy.max_ttl = days{1};
    policy.parent_propagation_delay = policy.zone_propagation_delay = hours{1};
    policy.publish_safety = hours{1};
    policy.retire_safety = hours{2};
    SimulatedZone zone = long_secure(policy, {"old", "new"});
    zone.run_for(days{200});
    CHECK(zone.rows(start + days{186} - hours{3}) ==
          Rows{"+0s new dnskey rumoured", "+0s new dnskey_signature rumoured",
               "+3h old ds unretentive", "+3h old zone_signatures unretentive",
               "+3h new ds rumoured", "+3h new dnskey omnipresent",
               "+3h new dnskey_signature omnipresent", "+3h new zone_signatures rumoured",
               "+5h old ds hidden", "+5h new ds omnipresent",
               "+7h old dnskey_signature unretentive", "+9h old dnskey_signature hidden",
               "+26d4h old zone_signatures hidden", "+26d4h new zone_signatures omnipresent",
               "+26d6h old dnskey unretentive", "+26d8h old dnskey hidden"});
}

TEST_CASE("algorithm roll, liberal", "[timelines]") {
    CHECK(roll_algorithm(AlgorithmRollover::liberal) ==
          Rows{"+0s ksk dnskey rumoured",
               "+0s ksk dnskey_signature rumoured",
               "+0s zsk dnskey rumoured",
               "+0s zsk zone_signatures rumoured",
               "+3h ksk dnskey omnipresent",
               "+3h ksk dnskey_signature omnipresent",
               "+3h zsk dnskey omnipresent",
               "+7h old-ksk ds unretentive",
               "+7h ksk ds rumoured",
               "+7h zsk zone_signatures omnipresent",
               "+10h old-ksk ds hidden",
               "+10h old-ksk dnskey unretentive",
               "+10h old-ksk dnskey_signature unretentive",
               "+10h old-zsk dnskey unretentive",
               "+10h old-zsk zone_signatures unretentive",
               "+10h ksk ds omnipresent",
               "+12h old-ksk dnskey hidden",
               "+12h old-ksk dnskey_signature hidden",
               "+12h old-zsk dnskey hidden",
               "+17h old-zsk zone_signatures hidden"});
}

TEST_CASE("algorithm roll, conservative", "[timelines]") {
    CHECK(roll_algorithm(AlgorithmRollover::conservative) ==
          Rows{"+0s zsk zone_signatures rumoured",
               "+7h ksk dnskey rumoured",
               "+7h ksk dnskey_signature rumoured",
               "+7h zsk dnskey rumoured",
               "+7h zsk zone_signatures omnipresent",
               "+10h old-ksk ds unretentive",
               "+10h ksk ds rumoured",
               "+10h ksk dnskey omnipresent",
               "+10h ksk dnskey_signature omnipresent",
               "+10h zsk dnskey omnipresent",
               "+13h old-ksk ds hidden",
               "+13h old-ksk dnskey unretentive",
               "+13h old-ksk dnskey_signature unretentive",
               "+13h old-zsk dnskey unretentive",
               "+13h ksk ds omnipresent",
               "+15h old-ksk dnskey hidden",
               "+15h old-ksk dnskey_signature hidden",
               "+15h old-zsk dnskey hidden",
               "+15h old-zsk zone_signatures unretentive",
               "+22h old-zsk zone_signatures hidden"});
}

TEST_CASE("going insecure: the DS first, then signatures and DNSKEY", "[timelines]") {
    Policy policy = bare_policy({ksk(), zsk()});
    policy.dnskey_ttl = hours{2};
    policy.ds_ttl = policy.max_ttl = days{1};
    policy.parent_propagation_delay = hours{1};
    policy.zone_propagation_delay = minutes{5};
    SimulatedZone zone = long_secure(policy, {"ksk", "zsk"});
    zone.policy.keys.clear();
    const Time origin = zone.now;
    zone.run_for(days{4});
    CHECK(zone.rows(origin) ==
          Rows{"+0s ksk ds unretentive", "+1d1h ksk ds hidden", "+1d1h ksk dnskey unretentive",
               "+1d1h ksk dnskey_signature unretentive", "+1d1h zsk dnskey unretentive",
               "+1d1h zsk zone_signatures unretentive", "+1d3h5m ksk dnskey hidden",
               "+1d3h5m ksk dnskey_signature hidden", "+1d3h5m zsk dnskey hidden",
               "+2d1h5m zsk zone_signatures hidden"});
}

TEST_CASE("KSK double-DS and double-RRset take the times of their formulas", "[timelines]") {
    Policy policy = bare_policy({ksk(Method::ksk_double_ds), zsk()});
    policy.dnskey_ttl = hours{2};
    policy.ds_ttl = hours{5};
    policy.parent_propagation_delay = policy.zone_propagation_delay = hours{1};
    SECTION("double-DS: IpubP = 6h, Iret = 3h") {
        SimulatedZone zone = long_secure(policy, {"old", "zsk", "new"});
        REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
        const Time origin = zone.now;
        zone.run_for(days{2});
        CHECK(zone.rows(origin) ==
              Rows{"+0s new ds rumoured", "+6h old dnskey unretentive",
                   "+6h old dnskey_signature unretentive", "+6h new ds omnipresent",
                   "+6h new dnskey rumoured", "+6h new dnskey_signature rumoured",
                   "+9h old ds unretentive", "+9h old dnskey hidden",
                   "+9h old dnskey_signature hidden", "+9h new dnskey omnipresent",
                   "+9h new dnskey_signature omnipresent", "+15h old ds hidden"});
    }
    SECTION("double-RRset: Ipub = max(6h, 3h)") {
        policy.keys[0].method = Method::ksk_double_rrset;
        SimulatedZone zone = long_secure(policy, {"old", "zsk", "new"});
        REQUIRE(ask_roll(zone.history, zone.policy, Role::ksk).ok());
        const Time origin = zone.now;
        zone.run_for(hours{7});
        CHECK(zone.rows(origin) ==
              Rows{"+0s new ds rumoured", "+0s new dnskey rumoured",
                   "+0s new dnskey_signature rumoured", "+3h new dnskey omnipresent",
                   "+3h new dnskey_signature omnipresent", "+6h old ds unretentive",
                   "+6h old dnskey unretentive", "+6h old dnskey_signature unretentive",
                   "+6h new ds omnipresent"});
    }
}

TEST_CASE("ZSK double-signature: the old key goes when no cache holds data that only it signed",
          "[timelines]") {
    Policy policy = bare_policy({ksk(), zsk(Method::zsk_double_signature)});
    policy.dnskey_ttl = hours{2};
    policy.max_ttl = hours{10};
    policy.zone_propagation_delay = hours{1};
    SimulatedZone zone = long_secure(policy, {"ksk", "old", "new"});
    REQUIRE(ask_roll(zone.history, zone.policy, Role::zsk).ok());
    const Time origin = zone.now;
    zone.run_for(days{2});
    CHECK(zone.rows(origin) == Rows{"+0s new dnskey rumoured", "+0s new zone_signatures rumoured",
                                    "+3h new dnskey omnipresent", "+11h old dnskey unretentive",
                                    "+11h old zone_signatures unretentive",
                                    "+11h new zone_signatures omnipresent",
                                    "+14h old dnskey hidden", "+22h old zone_signatures hidden"});
}

}  // namespace timelines_test

#include "tests/simulation/random_policy.h"

#include <fmt/format.h>

namespace kaspar::simulation {

using namespace enforcer;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

Duration random_ttl(Chance& chance) {
    return chance.pick<Duration>({minutes{5}, hours{1}, hours{6}, days{1}, days{2}});
}

Duration random_safety(Chance& chance) {
    return chance.pick<Duration>({hours{0}, hours{0}, hours{1}, days{1}});
}

Duration more_or_less(Duration real, Chance& chance) {
    return real + chance.pick<Duration>({hours{0}, hours{0}, minutes{30}, hours{8}});
}

Method random_ksk_method(Chance& chance) {
    return chance.pick(
        {Method::ksk_double_signature, Method::ksk_double_ds, Method::ksk_double_rrset});
}

Method random_zsk_method(Chance& chance) {
    return chance.pick({Method::zsk_pre_publication, Method::zsk_double_signature});
}

std::optional<Duration> random_lifetime(Chance& chance) {
    if (chance.one_in(2))
        return std::nullopt;
    return chance.pick<Duration>({days{20}, days{60}, days{180}});
}

Algorithm random_algorithm(Chance& chance) {
    return chance.pick({Algorithm::rsasha256, Algorithm::ecdsap256sha256, Algorithm::ed25519});
}

KeySlot slot(Role role, Algorithm algorithm, Method method, Chance& chance) {
    return {role, algorithm, 256, random_lifetime(chance), {"local"}, method, chance.one_in(8)};
}

void change_methods(Policy& policy, Chance& chance) {
    for (KeySlot& key : policy.keys)
        key.method = key.role == Role::zsk ? random_zsk_method(chance) : random_ksk_method(chance);
}

void change_algorithm(Policy& policy, Chance& chance) {
    const Algorithm algorithm = random_algorithm(chance);
    for (KeySlot& key : policy.keys)
        key.algorithm = algorithm;
}

void change_scheme(Policy& policy, Chance& chance) {
    const auto algorithm =
        policy.keys.empty() ? random_algorithm(chance) : policy.keys.front().algorithm;
    const bool combined = policy.keys.size() == 1;
    policy.keys = random_slots(chance);
    while ((policy.keys.size() == 1) == combined)
        policy.keys = random_slots(chance);
    if (chance.one_in(4))
        return;
    for (KeySlot& key : policy.keys)
        key.algorithm = algorithm;
}

void change_key_store(Policy& policy, Chance& chance) {
    for (KeySlot& key : policy.keys)
        key.keystores.assign(1, chance.one_in(2) ? "local" : "token");
}

void change_lifetimes(Policy& policy, Chance& chance) {
    for (KeySlot& key : policy.keys) {
        key.lifetime = random_lifetime(chance);
        key.standby = chance.one_in(4);
    }
}

void change_ttls(Policy& policy, Chance& chance) {
    if (chance.one_in(2))
        policy.dnskey_ttl = random_ttl(chance);
    if (chance.one_in(2))
        policy.max_ttl = random_ttl(chance);
    if (chance.one_in(2))
        policy.ds_ttl = random_ttl(chance);
}

void change_delays(Policy& policy, Chance& chance, const Delays& world) {
    policy.publish_safety = random_safety(chance);
    policy.retire_safety = random_safety(chance);
    policy.registration_delay = random_safety(chance);
    policy.zone_propagation_delay = more_or_less(world.zone, chance);
    policy.parent_propagation_delay = more_or_less(world.parent, chance);
}

void change_signatures(Policy& policy, Chance& chance) {
    policy.signatures.validity = chance.pick<Duration>({days{6}, days{14}, days{30}});
    policy.signatures.refresh = policy.signatures.validity / 2;
    policy.signatures.renew_at_once = chance.one_in(4);
}

void change_approval(Policy& policy, Chance& chance) {
    policy.approve = chance.pick({Approval::none, Approval::none, Approval::ksk, Approval::all});
}

}  // namespace

Delays random_delays(Chance& chance) {
    return {chance.pick<Duration>({minutes{0}, minutes{5}, hours{1}, hours{5}}),
            chance.pick<Duration>({minutes{0}, minutes{5}, hours{1}, hours{5}})};
}

std::vector<KeySlot> random_slots(Chance& chance) {
    const Algorithm algorithm = random_algorithm(chance);
    if (chance.one_in(2))
        return {slot(Role::csk, algorithm, random_ksk_method(chance), chance)};
    return {slot(Role::ksk, algorithm, random_ksk_method(chance), chance),
            slot(Role::zsk, algorithm, random_zsk_method(chance), chance)};
}

Policy random_policy(Chance& chance, const Delays& world) {
    Policy policy{};
    policy.keys = random_slots(chance);
    policy.dnskey_ttl = random_ttl(chance);
    policy.max_ttl = random_ttl(chance);
    policy.ds_ttl = random_ttl(chance);
    policy.algorithm_rollover =
        chance.pick({AlgorithmRollover::conservative, AlgorithmRollover::liberal});
    policy.approve = chance.one_in(6) ? Approval::all : Approval::none;
    change_delays(policy, chance, world);
    change_signatures(policy, chance);
    return policy;
}

std::string edit(Policy& policy, Chance& chance, const Delays& world) {
    if (policy.keys.empty()) {
        policy.keys = random_slots(chance);
        return "secure again";
    }
    switch (chance.below(20)) {
        case 0:
        case 1:
        case 2:
        case 3:
            change_scheme(policy, chance);
            return "another scheme";
        case 4:
        case 5:
        case 6:
            change_algorithm(policy, chance);
            return "another algorithm";
        case 7:
        case 8:
            change_methods(policy, chance);
            return "other methods";
        case 9:
            change_key_store(policy, chance);
            return "another key store";
        case 10:
            change_lifetimes(policy, chance);
            return "other lifetimes and standby keys";
        case 11:
        case 12:
        case 13:
            change_ttls(policy, chance);
            return "other TTLs";
        case 14:
            change_delays(policy, chance, world);
            return "other delays and safety margins";
        case 15:
            change_signatures(policy, chance);
            return "other signature times";
        case 16:
            change_approval(policy, chance);
            return "other approval";
        case 17:
            policy.algorithm_rollover =
                chance.pick({AlgorithmRollover::conservative, AlgorithmRollover::liberal});
            return "another strictness";
        default:
            policy.keys.clear();
            return "insecure";
    }
}

}  // namespace kaspar::simulation

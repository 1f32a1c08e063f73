#include "tests/exhaustive/space.h"

#include <fmt/format.h>

namespace kaspar::exhaustive {

using namespace enforcer;

namespace {

/// TTLs, delays and margins, in ticks.
struct Times {
    int dnskey_ttl, max_ttl, ds_ttl, zone_delay, parent_delay, publish_safety, retire_safety;
};

/// The later, the larger the spaces.
constexpr Times all_times[] = {
    {1, 1, 1, 0, 0, 0, 0},
    {1, 2, 1, 0, 0, 0, 0},
    {2, 1, 2, 1, 0, 0, 0},
    {1, 1, 2, 0, 1, 1, 1},
};

constexpr Algorithm first_algorithm = Algorithm::ecdsap256sha256,
                    other_algorithm = Algorithm::ed25519;
constexpr AlgorithmRollover strictnesses[] = {AlgorithmRollover::liberal,
                                              AlgorithmRollover::conservative};

struct Named {
    Method method;
    const char* name;
};
constexpr Named ksk_methods[] = {{Method::ksk_double_signature, "double-signature"},
                                 {Method::ksk_double_ds, "double-DS"},
                                 {Method::ksk_double_rrset, "double-RRset"}};
constexpr Named zsk_methods[] = {{Method::zsk_pre_publication, "pre-publication"},
                                 {Method::zsk_double_signature, "double-signature"}};

KeySlot slot(Role role, Method method, Algorithm algorithm) {
    return {role, algorithm, 256, std::nullopt, {}, method, 0};
}

std::vector<KeySlot> csk(Method method = Method::ksk_double_signature,
                         Algorithm algorithm = first_algorithm) {
    return {slot(Role::csk, method, algorithm)};
}

std::vector<KeySlot> split(Method ksk = Method::ksk_double_signature,
                           Method zsk = Method::zsk_pre_publication,
                           Algorithm algorithm = first_algorithm) {
    return {slot(Role::ksk, ksk, algorithm), slot(Role::zsk, zsk, algorithm)};
}

Policy policy(std::vector<KeySlot> keys, const Times& times,
              AlgorithmRollover rollover = AlgorithmRollover::liberal) {
    Policy policy{};
    policy.keys = std::move(keys);
    policy.algorithm_rollover = rollover;
    policy.dnskey_ttl = times.dnskey_ttl * tick;
    policy.max_ttl = times.max_ttl * tick;
    policy.ds_ttl = times.ds_ttl * tick;
    policy.zone_propagation_delay = times.zone_delay * tick;
    policy.parent_propagation_delay = times.parent_delay * tick;
    policy.publish_safety = times.publish_safety * tick;
    policy.retire_safety = times.retire_safety * tick;
    return policy;
}

using Policies = std::vector<std::vector<KeySlot>>;

/// The same with each of the times; with the first `quick` of them in every run of the tests.
void add(std::vector<Space>& spaces, const std::string& name, const Policies& policies,
         AlgorithmRollover rollover, unsigned most_keys, unsigned most_given_up, unsigned quick) {
    for (unsigned i = 0; i < std::size(all_times); ++i) {
        Space space{
            fmt::format("{}; times {}", name, i + 1), {}, most_keys, most_given_up, i < quick};
        for (const auto& keys : policies)
            space.policies.push_back(policy(keys, all_times[i], rollover));
        spaces.push_back(space);
    }
}

constexpr auto liberal = AlgorithmRollover::liberal;

const char* word(AlgorithmRollover rollover) {
    return rollover == liberal ? "liberal" : "conservative";
}

}  // namespace

std::vector<Space> rolls_of_ksk_and_zsk() {
    std::vector<Space> spaces;
    for (const Named& ksk : ksk_methods)
        for (const Named& zsk : zsk_methods) {
            const Policies policies{split(ksk.method, zsk.method)};
            const auto name = fmt::format("KSK {}, ZSK {}", ksk.name, zsk.name);
            const bool small = ksk.method == Method::ksk_double_ds;
            add(spaces, name + ", 4 keys", policies, liberal, 4, 0, small ? 4 : 2);
            add(spaces, name + ", 4 keys, one taken back", policies, liberal, 4, 1, 0);
            add(spaces, name + ", 5 keys", policies, liberal, 5, 0, 0);
        }
    return spaces;
}

std::vector<Space> rolls_of_csk() {
    std::vector<Space> spaces;
    for (const Named& method : ksk_methods) {
        const Policies policies{csk(method.method)};
        const auto name = fmt::format("CSK {}", method.name);
        const bool large = method.method == Method::ksk_double_signature;
        add(spaces, name + ", 2 keys, one taken back", policies, liberal, 2, 1, large ? 3 : 4);
        add(spaces, name + ", 3 keys", policies, liberal, 3, 0, 1);
        add(spaces, name + ", 3 keys, one taken back", policies, liberal, 3, 1, 0);
    }
    return spaces;
}

std::vector<Space> algorithm_rolls() {
    std::vector<Space> spaces;
    for (const auto rollover : strictnesses) {
        constexpr auto ksk = Method::ksk_double_signature;
        constexpr auto zsk = Method::zsk_pre_publication;
        const Policies combined{csk(ksk), csk(ksk, other_algorithm)};
        const Policies apart{split(ksk, zsk), split(ksk, zsk, other_algorithm)};
        const auto name = fmt::format("algorithm roll, {}", word(rollover));
        add(spaces, name + ", CSK, 2 keys", combined, rollover, 2, 0, 2);
        add(spaces, name + ", KSK and ZSK, 4 keys", apart, rollover, 4, 0, 1);
        add(spaces, name + ", CSK, 3 keys", combined, rollover, 3, 0, 0);
    }
    return spaces;
}

std::vector<Space> scheme_changes() {
    std::vector<Space> spaces;
    for (const auto rollover : strictnesses) {
        const auto name = fmt::format("KSK and ZSK to CSK and back, {}", word(rollover));
        const unsigned quick = rollover == liberal ? 1 : 0;
        add(spaces, name + ", 3 keys", {split(), csk()}, rollover, 3, 0, quick);
        add(spaces, name + ", 4 keys", {split(), csk()}, rollover, 4, 0, 0);
    }
    add(spaces, "double-DS and double-signature to CSK double-RRset and back, 3 keys",
        {split(Method::ksk_double_ds, Method::zsk_double_signature), csk(Method::ksk_double_rrset)},
        liberal, 3, 0, 0);
    return spaces;
}

std::vector<Space> going_insecure_and_back() {
    std::vector<Space> spaces;
    add(spaces, "insecure and back, KSK and ZSK, 3 keys", {split(), {}}, liberal, 3, 0, 2);
    add(spaces, "insecure and back, CSK, 2 keys", {csk(), {}}, liberal, 2, 0, 1);
    add(spaces, "insecure and back, KSK and ZSK, 4 keys", {split(), {}}, liberal, 4, 0, 0);
    return spaces;
}

std::vector<Space> edited_times() {
    constexpr Times large{2, 2, 2, 0, 0, 0, 0}, small{1, 1, 1, 0, 0, 0, 0};
    constexpr Times careful{1, 1, 1, 0, 0, 1, 1};
    return {{"TTLs up and down, KSK and ZSK",
             {policy(split(), large), policy(split(), small)},
             3,
             0,
             true},
            {"TTLs up and down, CSK", {policy(csk(), large), policy(csk(), small)}, 2, 0, true},
            {"margins up and down, KSK and ZSK",
             {policy(split(), careful), policy(split(), small)},
             3,
             0,
             true},
            {"methods changed, CSK",
             {policy(csk(), small), policy(csk(Method::ksk_double_ds), small)},
             2,
             0,
             true}};
}

}  // namespace kaspar::exhaustive

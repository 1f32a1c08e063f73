// A zone for unit tests of the core: one line makes a policy, another a key; time goes from event
// to event. The signer publishes and the parent answers when the test says so.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "enforcer/core/goals.h"
#include "enforcer/core/key_state.h"
#include "enforcer/core/plan.h"
#include "enforcer/core/rule.h"

namespace kaspar::test {

inline const Time start{std::chrono::days{20000}};

inline enforcer::KeySlot slot(enforcer::Role role, enforcer::Method method,
                              std::optional<Duration> lifetime = {}) {
    return {role, Algorithm::ecdsap256sha256, 256, lifetime, {"local"}, method, 0};
}

inline enforcer::KeySlot ksk(enforcer::Method method = enforcer::Method::ksk_double_signature) {
    return slot(enforcer::Role::ksk, method);
}

inline enforcer::KeySlot zsk(enforcer::Method method = enforcer::Method::zsk_pre_publication) {
    return slot(enforcer::Role::zsk, method);
}

inline enforcer::KeySlot csk(enforcer::Method method = enforcer::Method::ksk_double_signature) {
    return slot(enforcer::Role::csk, method);
}

/// DNSKEY TTL 2h, data 1d, DS 6h; the zone takes 1h and the parent 3h to reach all servers.
inline enforcer::Policy policy_with(std::vector<enforcer::KeySlot> keys) {
    enforcer::Policy policy{};
    policy.keys = std::move(keys);
    policy.algorithm_rollover = enforcer::AlgorithmRollover::liberal;
    policy.dnskey_ttl = std::chrono::hours{2};
    policy.max_ttl = std::chrono::hours{24};
    policy.ds_ttl = std::chrono::hours{6};
    policy.zone_propagation_delay = std::chrono::hours{1};
    policy.parent_propagation_delay = std::chrono::hours{3};
    return policy;
}

inline enforcer::Key key_of(const enforcer::KeySlot& line, std::uint16_t tag, Time created) {
    enforcer::Key key{};
    key.role = line.role;
    key.algorithm = line.algorithm;
    key.bits = line.bits;
    key.keystores = line.keystores;
    key.tag = tag;
    key.created = created;
    return key;
}

/// Keys get the tags 1, 2, 3 … in the order in which they are made.
class CoreZone {
  public:
    explicit CoreZone(enforcer::Policy zone_policy)
        : policy(std::move(zone_policy)), history(enforcer::begin(policy, start)) {}

    enforcer::Policy policy;
    enforcer::History history;
    Time now = start;
    bool signer_works = true, parent_works = true;

    /// What was instructed, when, in words.
    std::vector<std::pair<Time, std::string>> moves;

    /// Moves all that may move now.
    void settle() {
        enforcer::follow_policy(history, policy, now);
        for (int round = 0; round < 50; ++round) {
            const auto todo = enforcer::plan(history, policy, now);
            for (const auto& wanted : todo.make) {
                history.keys.push_back(key_of(policy.keys[wanted.slot],
                                              static_cast<std::uint16_t>(history.keys.size() + 1),
                                              now));
                history.keys.back().standby = wanted.standby;
            }
            history.generation += todo.rearrange ? 1 : 0;
            if (todo.rearrange)
                moves.emplace_back(now, todo.rearrange->what);
            enforcer::apply(history, todo, policy, now);
            if (!todo.changes_anything() && !others_act())
                return;
        }
    }

    void run_for(Duration length) {
        const Time end = now + length;
        settle();
        while (now < end) {
            now += std::min<Duration>(std::chrono::minutes{30}, end - now);
            settle();
        }
    }

    /// All data signed anew by the keys that are instructed.
    void publish() {
        const auto& wanted = history.arrangement;
        enforcer::record(history,
                         {history.generation,
                          now,
                          wanted.dnskey,
                          wanted.dnskey_signers,
                          {wanted.zone_signers},
                          policy.dnskey_ttl,
                          policy.max_ttl,
                          Duration{0}},
                         policy);
        published_ = history.generation;
    }

    enforcer::KeyStates states(unsigned tag) const {
        return enforcer::key_states(history, tag - 1, policy, now);
    }

  private:
    bool others_act() {
        const bool publishes = signer_works && published_ != history.generation;
        if (publishes)
            publish();
        const auto seen = enforcer::ds_awaited(history), gone = enforcer::ds_to_go(history);
        if (!parent_works || (seen.empty() && gone.empty()))
            return publishes;
        enforcer::ds_seen(history, seen, policy, now);
        enforcer::ds_gone(history, gone, policy, now);
        return true;
    }

    std::uint64_t published_ = 0;
};

/// Long enough under this policy that every cache has its keys.
inline CoreZone secure_zone(const enforcer::Policy& policy) {
    CoreZone zone(policy);
    zone.run_for(std::chrono::days{10});
    return zone;
}

/// How long the zone takes until `reached`, to half an hour.
template <typename Reached>
Duration time_until(CoreZone& zone, Reached reached) {
    const Time from = zone.now;
    for (zone.settle(); !reached() && zone.now < from + std::chrono::days{60};)
        zone.run_for(std::chrono::minutes{30});
    return zone.now - from;
}

inline bool waits_on(const enforcer::Plan& plan, enforcer::Waiting whom) {
    return std::any_of(plan.waits.begin(), plan.waits.end(),
                       [&](const enforcer::Wait& wait) { return wait.on == whom; });
}

}  // namespace kaspar::test

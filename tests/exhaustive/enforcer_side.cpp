#include "tests/exhaustive/enforcer_side.h"

#include <fmt/format.h>

#include "enforcer/core/goals.h"
#include "enforcer/core/key_state.h"
#include "enforcer/core/plan.h"

namespace kaspar::exhaustive {

using namespace enforcer;

namespace {

const Time now{std::chrono::days{20000}};
constexpr int most_rounds = 100;

KeySet to_set(Mask keys) {
    KeySet set;
    for (KeyIndex key = 0; key < 8; ++key)
        if ((keys >> key & 1) != 0)
            set.insert(key);
    return set;
}

Mask to_mask(KeySet keys) {
    unsigned mask = 0;
    for (const KeyIndex key : keys)
        mask |= 1U << key;
    return static_cast<Mask>(mask);
}

Ticks to_ticks(Duration length) {
    return static_cast<Ticks>(length / tick);
}

/// The longest margin and the longest that anything is remembered under any policy of the space.
Ticks longest_margin(const Space& space) {
    Duration longest{0};
    for (const Policy& policy : space.policies)
        longest = std::max({longest, policy.publish_safety, policy.retire_safety});
    return to_ticks(longest);
}

Ticks longest_memory(const Space& space) {
    Duration longest{0};
    for (const Policy& policy : space.policies)
        longest = std::max(
            longest, std::max(policy.dnskey_ttl, policy.max_ttl) + policy.zone_propagation_delay);
    return static_cast<Ticks>(to_ticks(longest) + longest_margin(space));
}

// ---- From ticks to a History and back ---------------------------------------------------------

Window to_window(const Version& version) {
    Window window{now, version.ttl * tick, std::nullopt, std::nullopt};
    if (version.floor > 0)
        window.floor = now + version.floor * tick;
    if (version.until != Version::open)
        window.until = now + version.until * tick;
    return window;
}

Version to_version(const Content& content, const Window& window, Ticks margin) {
    Version version{content, to_ticks(window.ttl), 0, Version::open};
    if (window.floor)
        version.floor = std::max<Ticks>(0, to_ticks(*window.floor - now));
    if (window.until)
        version.until = std::max<Ticks>(static_cast<Ticks>(-margin), to_ticks(*window.until - now));
    return version;
}

/// Of keys in play only the order in which they were made counts.
Key to_key(const KeyFacts& facts, std::size_t place) {
    Key key{};
    key.id = facts.given_up ? 1 : 0;
    key.role = static_cast<Role>(facts.role);
    key.algorithm = facts.second ? Algorithm::ed25519 : Algorithm::ecdsap256sha256;
    key.bits = 256;
    key.created = now - std::chrono::seconds{100 - place};
    key.wanted = facts.wanted;
    key.may_return = facts.may_return;
    key.roll_asked = facts.roll_asked;
    return key;
}

KeyFacts to_facts(const Key& key) {
    return {static_cast<std::uint8_t>(key.role),
            key.algorithm == Algorithm::ed25519,
            key.wanted,
            key.may_return,
            key.roll_asked,
            key.id == 1};
}

/// Generation 1 is the last instruction; the signer's report is on it, or on an earlier one.
History remembered(const State& state) {
    History history;
    for (const KeyFacts& key : state.keys)
        history.keys.push_back(to_key(key, history.keys.size()));
    history.arrangement = {to_set(state.ds), to_set(state.dnskey), to_set(state.dnskey_signers),
                           to_set(state.zone_signers)};
    for (const Version& version : state.ds_versions)
        history.ds.push_back({to_set(version.content.keys), to_window(version)});
    for (const Version& version : state.dnskey_versions)
        history.dnskey.push_back(
            {to_set(version.content.keys), to_set(version.content.signers), to_window(version)});
    for (const Version& version : state.data_versions)
        history.data.push_back({to_set(version.content.signers), to_window(version)});
    history.generation = 1;
    return history;
}

void remember(State& state, const History& history, Ticks margin) {
    state.keys.clear();
    for (const Key& key : history.keys)
        state.keys.push_back(to_facts(key));
    state.ds = to_mask(history.arrangement.ds);
    state.dnskey = to_mask(history.arrangement.dnskey);
    state.dnskey_signers = to_mask(history.arrangement.dnskey_signers);
    state.zone_signers = to_mask(history.arrangement.zone_signers);
    state.ds_versions.clear();
    for (const auto& version : history.ds)
        state.ds_versions.push_back(to_version({to_mask(version.keys), 0}, version.window, margin));
    state.dnskey_versions.clear();
    for (const auto& version : history.dnskey)
        state.dnskey_versions.push_back(
            to_version({to_mask(version.keys), to_mask(version.signers)}, version.window, margin));
    state.data_versions.clear();
    for (const auto& version : history.data)
        state.data_versions.push_back(
            to_version({0, to_mask(version.signers)}, version.window, margin));
    for (Versions* versions : {&state.ds_versions, &state.dnskey_versions, &state.data_versions})
        versions->sort();
}

// ---- The parts of a pass ----------------------------------------------------------------------

/// What the signer serves is what it reported last: a later report replaces an earlier one.
Observation report(const State& state, const Policy& policy) {
    Observation seen{state.executed ? std::uint64_t{1} : std::uint64_t{0},
                     now - state.published * tick,
                     {},
                     {},
                     {},
                     Duration{0},
                     Duration{0},
                     policy.max_ttl};
    for (const Copy& copy : state.resolvers.dnskey.all())
        if (copy.served) {
            seen.dnskey = to_set(copy.content.keys);
            seen.dnskey_signers = to_set(copy.content.signers);
            (copy.content.keys == 0 ? seen.negative_ttl : seen.dnskey_ttl) = copy.ttl * tick;
        }
    for (const Copy& copy : state.resolvers.data.all())
        if (copy.served) {
            seen.data_signers.push_back(to_set(copy.content.signers));
            seen.largest_ttl = copy.ttl * tick;
        }
    return seen;
}

bool settle(History& history, const Policy& policy) {
    for (int round = 0; round < most_rounds; ++round) {
        const Plan todo = plan(history, policy, now);
        if (!todo.changes_anything())
            return true;
        for (const MakeKey& wanted : todo.make) {
            const KeySlot& slot = policy.keys[wanted.slot];
            history.keys.push_back(
                to_key({static_cast<std::uint8_t>(slot.role), slot.algorithm == Algorithm::ed25519,
                        true, false, false, false},
                       history.keys.size()));
        }
        apply(history, todo, policy, now);
    }
    return false;
}

Mask named(const Versions& versions) {
    unsigned keys = 0;
    for (const Version& version : versions)
        keys |= unsigned{version.content.keys} | version.content.signers;
    return static_cast<Mask>(keys);
}

/// Keys that nothing in memory names any more leave play, as in the enforcer's shell.
Mask leaving_play(const State& state, const History& history, const Policy& policy) {
    const unsigned kept =
        named(state.ds_versions) | named(state.dnskey_versions) | named(state.data_versions);
    unsigned gone = 0;
    for (KeyIndex key = 0; key < history.keys.size(); ++key)
        if ((kept >> key & 1) == 0 && is_out_of_use(history, key, policy, now))
            gone |= 1U << key;
    return static_cast<Mask>(gone);
}

bool parent_has_to_do_with(const State& state, Mask keys) {
    unsigned all = unsigned{state.parent_ds} | state.parent_wanted;
    for (const Mask request : state.requests)
        all |= request;
    return (all & keys) != 0;
}

bool same_order(const Arrangement& a, const Arrangement& b) {
    return a.dnskey == b.dnskey && a.dnskey_signers == b.dnskey_signers &&
           a.zone_signers == b.zone_signers;
}

/// TTLs are part of an instruction: true if what is served has others.
bool ttls_differ(const State& state, const Policy& policy) {
    for (const Copy& copy : state.resolvers.data.all())
        if (copy.served && copy.ttl != to_ticks(policy.max_ttl))
            return true;
    for (const Copy& copy : state.resolvers.dnskey.all())
        if (copy.served && copy.content.keys != 0 && copy.ttl != to_ticks(policy.dnskey_ttl))
            return true;
    return false;
}

}  // namespace

State beginning(const Space& space) {
    const Policy& policy = space.policies.front();
    State state;
    remember(state, begin(policy, now), longest_margin(space));
    const std::vector<Content> nothing{{}};
    state.resolvers.ds.publish(nothing, to_ticks(policy.ds_ttl), 0);
    state.resolvers.dnskey.publish(nothing, to_ticks(policy.max_ttl), 0);
    state.resolvers.data.publish(nothing, to_ticks(policy.max_ttl), 0);
    return state;
}

Complaint pass(State& state, const Space& space, bool with_report) {
    const Policy& policy = space.policies[state.policy];
    History history = remembered(state);
    const Arrangement before = history.arrangement;
    if (with_report)
        record(history, report(state, policy), policy);
    state.reported = state.reported || with_report;
    if (state.reported)
        state.published = 0;
    follow_policy(history, policy, now);
    state.resolvers.ds.publish(std::vector<Content>{{state.parent_ds, 0}}, to_ticks(policy.ds_ttl),
                               to_ticks(policy.parent_propagation_delay));
    if (!settle(history, policy))
        return "STUCK: the plan never settles";
    forget(history, policy, now);

    const Arrangement& next = history.arrangement;
    if (!before.ds.empty() && next.ds.empty() && !policy.keys.empty())
        return "INSECURE: no DS is asked for, though the policy has keys";
    if (next.ds != before.ds)
        state.requests.push_back(to_mask(next.ds));
    const bool instructed = !next.dnskey.empty() || !before.dnskey.empty();
    if (!same_order(before, next) || (state.executed && instructed && ttls_differ(state, policy)))
        state.executed = false;
    remember(state, history, longest_margin(space));
    const Mask gone = leaving_play(state, history, policy);
    if (is_held(state.resolvers, gone) || parent_has_to_do_with(state, gone))
        return fmt::format("NEEDED: {} leaves play, but is still about", words(gone));
    if (gone != 0)
        renumber(state, gone);
    state.settled = true;
    return std::nullopt;
}

bool ask_roll(State& state, const Space& space, Role role) {
    History history = remembered(state);
    if (!enforcer::ask_roll(history, space.policies[state.policy], role).ok())
        return false;
    remember(state, history, longest_margin(space));
    state.settled = false;
    return true;
}

bool abort_roll(State& state, const Space& space, Role role) {
    History history = remembered(state);
    const auto before = history.keys;
    if (!enforcer::abort_roll(history, space.policies[state.policy], role, now).ok())
        return false;
    for (std::size_t key = 0; key < before.size(); ++key)
        if (before[key].wanted && !history.keys[key].wanted)
            history.keys[key].id = 1;
    remember(state, history, longest_margin(space));
    state.settled = false;
    return true;
}

void say_ds(State& state, const Space& space, Mask seen, Mask gone) {
    const Policy& policy = space.policies[state.policy];
    History history = remembered(state);
    if (seen != 0)
        ds_seen(history, to_set(seen), policy, now);
    if (gone != 0)
        ds_gone(history, to_set(gone), policy, now);
    remember(state, history, longest_margin(space));
    state.settled = false;
}

DsAsked ds_asked(const State& state) {
    unsigned surely = state.ds, possibly = 0;
    for (const Version& version : state.ds_versions)
        if (version.until == Version::open) {
            surely &= version.content.keys;
            possibly |= version.content.keys;
        }
    return {static_cast<Mask>(state.ds & ~surely), static_cast<Mask>(possibly & ~state.ds)};
}

void age(State& state, const Space& space) {
    const auto margin = static_cast<Ticks>(-longest_margin(space));
    for (Versions* versions : {&state.ds_versions, &state.dnskey_versions, &state.data_versions}) {
        for (Version& version : *versions) {
            version.floor = std::max<Ticks>(0, static_cast<Ticks>(version.floor - 1));
            if (version.until != Version::open)
                version.until = std::max(margin, static_cast<Ticks>(version.until - 1));
        }
        versions->sort();
    }
    if (!state.reported)
        state.published = std::min(longest_memory(space), static_cast<Ticks>(state.published + 1));
    state.settled = false;
}

Complaint unfinished(const State& state, const Space& space) {
    const Policy& policy = space.policies[state.policy];
    const History history = remembered(state);
    const Plan rest = plan(history, policy, now);
    if (rest.changes_anything())
        return "STUCK: work is left";
    if (!rest.waits.empty())
        return fmt::format("STUCK: {}: {}", rest.waits.front().what, rest.waits.front().why);
    Arrangement expected;
    for (const KeySlot& slot : policy.keys) {
        unsigned in_use = 0;
        for (KeyIndex key = 0; key < history.keys.size(); ++key) {
            const Key& one = history.keys[key];
            if (!one.wanted || one.role != slot.role || one.algorithm != slot.algorithm)
                continue;
            ++in_use;
            expected.dnskey.insert(key);
            if (signs_dnskey(slot.role)) {
                expected.ds.insert(key);
                expected.dnskey_signers.insert(key);
            }
            if (signs_zone(slot.role))
                expected.zone_signers.insert(key);
        }
        if (in_use != 1)
            return fmt::format("STUCK: {} keys in use for one line of the policy", in_use);
    }
    if (expected != history.arrangement || state.parent_ds != state.ds)
        return "STUCK: not exactly the policy's keys are in use";
    return std::nullopt;
}

}  // namespace kaspar::exhaustive

#include "tests/exhaustive/steps.h"

#include <fmt/format.h>

#include <bit>
#include <set>

namespace kaspar::exhaustive {

using enforcer::Policy;
using enforcer::Role;

namespace {

/// Sets of keys as one word: bit n stands for the set whose mask is n.
using Sets = std::uint64_t;
constexpr unsigned most_keys = 6;

Sets one(Mask keys) {
    require(keys < 1U << most_keys, "sets of at most six keys fit into one word");
    return Sets{1} << keys;
}

template <typename Visit>
void for_each_member(std::uint64_t bits, Visit visit) {
    for (; bits != 0; bits &= bits - 1)
        visit(static_cast<unsigned>(std::countr_zero(bits)));
}

// ---- The signer -------------------------------------------------------------------------------

/// The signatures that an RRset has after a run that finds `left` of its old ones not due: its
/// signers' own stand, and one by a published key of the same algorithm stands in for a single
/// signer.
Mask renewed(const State& state, unsigned left) {
    const unsigned wanted = state.zone_signers, second = second_algorithm(state);
    unsigned result = 0;
    for (const unsigned algorithm : {second, ~second}) {
        const unsigned signers = wanted & algorithm;
        const unsigned old = left & algorithm & state.dnskey & ~wanted;
        const bool stands_in = std::has_single_bit(signers) && (left & signers) == 0 && old != 0;
        result |= stands_in ? old & ~(old - 1) : signers;
    }
    return static_cast<Mask>(result);
}

/// What RRsets that carry `present` may carry after a run: any of their signatures may be due.
Sets outcomes(const State& state, Mask present) {
    Sets found = 0;
    for (unsigned left = present;; left = (left - 1) & present) {
        found |= one(renewed(state, left));
        if (left == 0)
            return found;
    }
}

/// The data that the signer may publish: for each set that RRsets carry now, any of its outcomes,
/// or several, one on each of some RRsets.
std::set<Sets> publications(const State& state) {
    std::set<Sets> all{0};
    for (const Content& present : state.resolvers.data.served()) {
        const Sets possible = outcomes(state, present.signers);
        std::set<Sets> longer;
        for (const Sets others : all)
            for (Sets chosen = possible; chosen != 0; chosen = (chosen - 1) & possible)
                longer.insert(others | chosen);
        all = longer;
    }
    return all;
}

Sets served_data(const State& state) {
    Sets served = 0;
    for (const Content& data : state.resolvers.data.served())
        served |= one(data.signers);
    return served;
}

Sets all_fresh(const State& state) {
    return one(state.zone_signers);
}

void add_signer_steps(const State& state, std::vector<Step>& steps) {
    const Sets served = served_data(state);
    if (state.executed && served == all_fresh(state))
        return;
    for (const Sets data : publications(state))
        if (!state.executed || data != served)
            steps.push_back({Who::signer, data});
}

Ticks ticks(Duration length) {
    return static_cast<Ticks>(length / tick);
}

void sign(State& state, const Policy& policy, Sets data) {
    std::vector<Content> answers;
    for_each_member(data, [&](unsigned signers) {
        answers.push_back({0, static_cast<Mask>(signers)});
    });
    const auto lag = ticks(policy.zone_propagation_delay);
    const std::vector<Content> dnskey{{state.dnskey, state.dnskey_signers}};
    // Without a DNSKEY there is a negative answer, which is kept by its own TTL (RFC 2308 §5).
    state.resolvers.dnskey.publish(
        dnskey, ticks(state.dnskey == 0 ? policy.max_ttl : policy.dnskey_ttl), lag);
    state.resolvers.data.publish(answers, ticks(policy.max_ttl), lag);
    state.executed = true;
    state.reported = false;
    state.published = 0;
}

// ---- The parent, and the person who looks -----------------------------------------------------

void add_parent_steps(const State& state, std::vector<Step>& steps) {
    if (!state.requests.empty())
        steps.push_back({Who::parent_takes});
    if (state.parent_ds == state.parent_wanted)
        return;
    steps.push_back({Who::parent_all});
    const unsigned missing = state.parent_wanted & ~state.parent_ds;
    const unsigned surplus = state.parent_ds & ~state.parent_wanted;
    if (std::popcount(missing | surplus) == 1)
        return;
    for_each_member(missing, [&](unsigned key) { steps.push_back({Who::parent_adds, key}); });
    // Never the last before a new one is there, unless it is asked for none.
    if (std::popcount(state.parent_ds) > 1 || state.parent_wanted == 0)
        for_each_member(surplus, [&](unsigned key) {
            steps.push_back({Who::parent_removes, key});
        });
}

/// Says only what is true and will stay so: nothing more is on its way to the parent.
void add_looks(const State& state, std::vector<Step>& steps) {
    if (!state.requests.empty())
        return;
    const DsAsked asked = ds_asked(state);
    const std::uint64_t seen = asked.awaited & state.parent_ds;
    const std::uint64_t gone = asked.to_go & ~unsigned{state.parent_ds};
    if (seen != 0 || gone != 0)
        steps.push_back({Who::person_looks, seen | gone << 8});
    if (std::popcount(seen) + std::popcount(gone) == 1)
        return;
    for_each_member(seen | gone << 8, [&](unsigned key) {
        steps.push_back({Who::person_looks, std::uint64_t{1} << key});
    });
}

// ---- The person who asks, and the enforcer ----------------------------------------------------

bool fits(const KeyFacts& key, const enforcer::KeySlot& slot) {
    return key.role == static_cast<std::uint8_t>(slot.role) &&
           key.second == (slot.algorithm == Algorithm::ed25519);
}

/// How many keys there will be when all is made that the policy and the people ask for.
std::size_t keys_to_be(const State& state, const Policy& policy) {
    std::size_t count = state.keys.size();
    for (const KeyFacts& key : state.keys)
        count += key.wanted && key.roll_asked ? 1 : 0;
    for (const auto& slot : policy.keys)
        count += std::none_of(state.keys.begin(), state.keys.end(), [&](const KeyFacts& key) {
            return (key.wanted || key.may_return) && fits(key, slot);
        });
    return count;
}

/// Nobody asks for more while two requests are still on their way to the parent.
bool may_ask(const State& state, const Space& space, const Policy& policy, unsigned more) {
    return state.requests.size() < 2 && keys_to_be(state, policy) + more <= space.most_keys;
}

unsigned given_up(const State& state) {
    return static_cast<unsigned>(std::count_if(state.keys.begin(), state.keys.end(),
                                               [](const KeyFacts& key) { return key.given_up; }));
}

void add_wishes(const State& state, const Space& space, std::vector<Step>& steps) {
    const Policy& policy = space.policies[state.policy];
    for (const auto& slot : policy.keys) {
        const auto role = static_cast<std::uint64_t>(slot.role);
        const bool asked = std::any_of(state.keys.begin(), state.keys.end(), [&](const auto& key) {
            return key.wanted && key.roll_asked && fits(key, slot);
        });
        if (!asked && may_ask(state, space, policy, 1))
            steps.push_back({Who::person_rolls, role});
        if (given_up(state) < space.most_given_up && may_ask(state, space, policy, 0))
            steps.push_back({Who::person_aborts, role});
    }
    for (std::size_t i = 0; i < space.policies.size(); ++i)
        if (i != state.policy && may_ask(state, space, space.policies[i], 0)) {
            steps.push_back({Who::enforcer_edit, 2 * i});
            if (!state.reported)
                steps.push_back({Who::enforcer_edit, 2 * i + 1});
        }
}

void add_passes(const State& state, std::vector<Step>& steps) {
    if (!state.reported)
        steps.push_back({Who::enforcer, 1});
    if (!state.settled)
        steps.push_back({Who::enforcer, 0});
}

Complaint judged(const State& state, const Space& space) {
    const bool complete = space.policies[state.policy].algorithm_rollover ==
                          enforcer::AlgorithmRollover::conservative;
    const auto held = find_bogus(state.resolvers, second_algorithm(state), complete);
    if (!held)
        return std::nullopt;
    return fmt::format("BOGUS: DS {}; DNSKEY {} signed by {}; data signed by {}",
                       words(held->ds.keys), words(held->dnskey.keys), words(held->dnskey.signers),
                       words(held->data.signers));
}

Complaint serve_ds(State& state, const Space& space, unsigned ds) {
    const Policy& policy = space.policies[state.policy];
    state.parent_ds = static_cast<Mask>(ds);
    state.resolvers.ds.publish(std::vector<Content>{{state.parent_ds, 0}}, ticks(policy.ds_ttl),
                               ticks(policy.parent_propagation_delay));
    return judged(state, space);
}

void take_request(State& state) {
    state.parent_wanted = state.requests[0];
    for (std::size_t i = 1; i < state.requests.size(); ++i)
        state.requests[i - 1] = state.requests[i];
    const auto last = state.requests.size() - 1;
    auto rest = state.requests;
    state.requests.clear();
    for (std::size_t i = 0; i < last; ++i)
        state.requests.push_back(rest[i]);
}

Complaint pass_and_judge(State& state, const Space& space, bool with_report) {
    if (auto wrong = pass(state, space, with_report))
        return wrong;
    return judged(state, space);
}

}  // namespace

std::vector<Step> possible_steps(const State& state, const Space& space) {
    std::vector<Step> steps;
    add_passes(state, steps);
    add_parent_steps(state, steps);
    add_looks(state, steps);
    add_signer_steps(state, steps);
    add_wishes(state, space, steps);
    steps.push_back({Who::clock});
    return steps;
}

Step prompt_step(const State& state) {
    std::vector<Step> steps;
    add_passes(state, steps);
    add_parent_steps(state, steps);
    add_looks(state, steps);
    if (!steps.empty())
        return steps.front();
    if (!state.executed || served_data(state) != all_fresh(state))
        return {Who::signer, all_fresh(state)};
    return {Who::clock};
}

Complaint perform(State& state, const Space& space, const Step& step) {
    const auto key = static_cast<unsigned>(step.what);
    switch (step.who) {
        case Who::enforcer:
            return pass_and_judge(state, space, step.what == 1);
        case Who::enforcer_edit:
            state.policy = static_cast<std::uint8_t>(step.what / 2);
            return pass_and_judge(state, space, step.what % 2 == 1);
        case Who::parent_takes:
            take_request(state);
            return std::nullopt;
        case Who::parent_adds:
            return serve_ds(state, space, state.parent_ds | 1U << key);
        case Who::parent_removes:
            return serve_ds(state, space, state.parent_ds & ~(1U << key));
        case Who::parent_all:
            return serve_ds(state, space, state.parent_wanted);
        case Who::person_looks:
            say_ds(state, space, static_cast<Mask>(step.what), static_cast<Mask>(step.what >> 8));
            return std::nullopt;
        case Who::person_rolls:
            ask_roll(state, space, static_cast<Role>(step.what));
            return std::nullopt;
        case Who::person_aborts:
            abort_roll(state, space, static_cast<Role>(step.what));
            return std::nullopt;
        case Who::signer:
            sign(state, space.policies[state.policy], step.what);
            return judged(state, space);
        case Who::clock:
            age(state, space);
            state.resolvers.ds.pass_tick();
            state.resolvers.dnskey.pass_tick();
            state.resolvers.data.pass_tick();
            return std::nullopt;
    }
    return std::nullopt;
}

std::string words(const Step& step) {
    switch (step.who) {
        case Who::enforcer:
            return step.what == 1 ? "the enforcer takes in the report" : "the enforcer passes";
        case Who::enforcer_edit:
            return fmt::format("policy {} comes into force{}", step.what / 2 + 1,
                               step.what % 2 == 1 ? ", and the report is taken in" : "");
        case Who::parent_takes:
            return "the next request reaches the parent";
        case Who::parent_adds:
            return fmt::format("the parent adds DS {}", step.what + 1);
        case Who::parent_removes:
            return fmt::format("the parent removes DS {}", step.what + 1);
        case Who::parent_all:
            return "the parent does all that it is asked";
        case Who::person_looks:
            return fmt::format("the person: DS {} seen, {} gone",
                               words(static_cast<Mask>(step.what)),
                               words(static_cast<Mask>(step.what >> 8)));
        case Who::person_rolls:
            return fmt::format("a roll of role {} is asked for", step.what);
        case Who::person_aborts:
            return fmt::format("a roll of role {} is taken back", step.what);
        case Who::signer:
            return "the signer publishes";
        case Who::clock:
            return "-- tick";
    }
    return "";
}

}  // namespace kaspar::exhaustive

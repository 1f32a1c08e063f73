#include "enforcer/core/rule.h"

#include <algorithm>

namespace kaspar::enforcer {

namespace {

/// Algorithms by number, as a set of flags; numbers above 31 are not used for signing.
std::uint32_t algorithms_of(const History& history, KeySet keys) {
    std::uint32_t flags = 0;
    for (const KeyIndex key : keys)
        flags |= std::uint32_t{1} << static_cast<unsigned>(history.keys[key].algorithm);
    return flags;
}

/// A version as the rule sees it: its keys, when it leaves the caches, and whether the change
/// brings it.
struct Candidate {
    KeySet keys, signers;
    std::optional<Time> until;
    bool brought;
};

using Candidates = std::vector<Candidate>;

/// Adds a version that the change would bring, unless caches can hold the same one already: then
/// each combination with it was admitted before. One that only a margin keeps in sight does not
/// count.
void bring(Candidates& candidates, const Candidate& candidate, Duration margin, Time now) {
    const bool held =
        std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& known) {
            return known.keys == candidate.keys && known.signers == candidate.signers &&
                   (!known.until || *known.until - margin > now);
        });
    if (!held)
        candidates.push_back(candidate);
}

/// Adds a version that caches can hold, or could until the margin has passed.
void remember(Candidates& candidates, KeySet keys, KeySet signers, const Window& window,
              Duration margin, Time now) {
    if (!window.live(now, margin))
        return;
    std::optional<Time> until;
    if (window.until)
        until = *window.until + margin;
    candidates.push_back({keys, signers, until, false});
}

Candidates ds_candidates(const History& history, const Arrangement& next, Duration margin,
                         Time now) {
    Candidates found;
    for (const auto& version : history.ds)
        remember(found, version.keys, {}, version.window, margin, now);
    for (const KeySet keys : possible_ds(history, next.ds))
        bring(found, {keys, {}, {}, true}, margin, now);
    return found;
}

Candidates dnskey_candidates(const History& history, const Arrangement& next, Duration margin,
                             Time now) {
    Candidates found;
    for (const auto& version : history.dnskey)
        remember(found, version.keys, version.signers, version.window, margin, now);
    bring(found, {next.dnskey, next.dnskey_signers, {}, true}, margin, now);
    return found;
}

Candidates data_candidates(const History& history, const Arrangement& next, Duration margin,
                           Time now) {
    Candidates found;
    for (const auto& version : history.data)
        remember(found, version.signers, {}, version.window, margin, now);
    for (const KeySet keys : possible_data(history, next))
        bring(found, {keys, {}, {}, true}, margin, now);
    return found;
}

/// A combination lasts until the first of its members has left the caches.
Obstacle obstacle_of(const Combination& combination, const Candidate& ds, const Candidate& dnskey,
                     const Candidate& data, const Arrangement& next) {
    using Member = Obstacle::Member;
    Obstacle found{combination, Member::ds, std::nullopt};
    const auto shorten = [&](Member member, const std::optional<Time>& until) {
        if (!until || (found.until && *found.until <= *until))
            return;
        found.member = member;
        found.until = until;
    };
    shorten(Member::ds, ds.until);
    shorten(Member::dnskey, dnskey.until);
    shorten(Member::data, data.until);
    if (found.until)
        return found;

    // All are still published or may be: it is the one that is not wanted any more that must go.
    if (!ds.brought && ds.keys != next.ds)
        found.member = Member::ds;
    else if (!dnskey.brought)
        found.member = Member::dnskey;
    else
        found.member = Member::data;
    return found;
}

struct AllCandidates {
    Candidates ds, dnskey, data;

    /// Calls visit(ds, dnskey, data, what they are together) for each combination.
    template <typename Visit>
    void for_each(Visit visit) const {
        for (const auto& one : ds)
            for (const auto& two : dnskey)
                for (const auto& three : data)
                    visit(one, two, three,
                          Combination{one.keys, two.keys, two.signers, three.keys});
    }
};

/// A policy that has become conservative cannot undo what was admitted while it was liberal: as
/// long as caches can hold that, no move at all would pass, not even the one that leads out of it.
AlgorithmRollover strictness_now(const AllCandidates& all, const History& history,
                                 const Margins& margins, const Policy& policy, Time now) {
    using enum AlgorithmRollover;
    const auto held = [now](const Candidate& candidate, Duration margin) {
        return !candidate.brought && (!candidate.until || *candidate.until - margin > now);
    };
    auto strictness = policy.algorithm_rollover;
    all.for_each([&](const Candidate& ds, const Candidate& dnskey, const Candidate& data,
                     const Combination& together) {
        if (held(ds, margins.ds) && held(dnskey, margins.dnskey) && held(data, margins.data) &&
            !validates(together, history, conservative) && validates(together, history, liberal))
            strictness = liberal;
    });
    return strictness;
}

bool lasts_longer(const Obstacle& a, const std::optional<Obstacle>& b) {
    if (!b)
        return true;
    if (!b->until)
        return false;
    return !a.until || *a.until > *b->until;
}

}  // namespace

bool validates(const Combination& combination, const History& history,
               AlgorithmRollover strictness) {
    if (combination.ds.empty())
        return true;
    const KeySet entries = combination.ds & combination.dnskey & combination.dnskey_signers;
    const KeySet signers = combination.data_signers & combination.dnskey;
    if (entries.empty() || signers.empty())
        return false;

    const auto chained = algorithms_of(history, entries) & algorithms_of(history, signers);
    if ((algorithms_of(history, combination.ds) & ~chained) != 0)
        return false;
    if (strictness == AlgorithmRollover::liberal)
        return true;
    return (algorithms_of(history, combination.dnskey) & ~algorithms_of(history, signers)) == 0;
}

Margins margins(Margin margin, const Policy& policy) {
    switch (margin) {
        case Margin::none:
            return {};
        case Margin::publish:
            return {policy.publish_safety, policy.publish_safety, Duration{0}};
        case Margin::retire:
            return {policy.retire_safety, policy.retire_safety, policy.retire_safety};
    }
    return {};
}

std::optional<Obstacle> obstacle(const History& history, const Arrangement& next, Margin margin,
                                 const Policy& policy, Time now) {
    const Margins extra = margins(margin, policy);
    const AllCandidates all{ds_candidates(history, next, extra.ds, now),
                            dnskey_candidates(history, next, extra.dnskey, now),
                            data_candidates(history, next, extra.data, now)};
    const auto strictness = strictness_now(all, history, extra, policy, now);

    std::optional<Obstacle> longest;
    all.for_each([&](const Candidate& ds, const Candidate& dnskey, const Candidate& data,
                     const Combination& together) {
        // What caches can hold already was admitted when it came; refusing cannot undo it.
        if (!ds.brought && !dnskey.brought && !data.brought)
            return;
        if (validates(together, history, strictness))
            return;
        const auto found = obstacle_of(together, ds, dnskey, data, next);
        if (lasts_longer(found, longest))
            longest = found;
    });
    return longest;
}

}  // namespace kaspar::enforcer

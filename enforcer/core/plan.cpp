#include "enforcer/core/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/core/goals.h"
#include "enforcer/core/groups.h"
#include "enforcer/core/rule.h"
#include "enforcer/core/words.h"

namespace kaspar::enforcer {

namespace {

/// The parent passes through any mixture of old and new records; beyond this many that are
/// undecided there are too many mixtures to hold against the caches, and the next DS change waits.
constexpr unsigned most_undecided_ds = 6;

void wake(Plan& plan, const std::optional<Time>& at) {
    if (at && (!plan.wake_at || *at < *plan.wake_at))
        plan.wake_at = at;
}

Waiting waits_on(const Obstacle& obstacle) {
    if (obstacle.until)
        return Waiting::time;
    return obstacle.member == Obstacle::Member::ds ? Waiting::parent : Waiting::signer;
}

bool too_many_undecided(const History& history, const Arrangement& next) {
    KeySet possibly = next.ds, surely = next.ds;
    for (const auto& version : history.ds) {
        if (!version.window.open())
            continue;
        possibly |= version.keys;
        surely = surely & version.keys;
    }
    return (possibly - surely).size() > most_undecided_ds;
}

/// A DS change that the parent has not answered may not be taken back: its answer could be to
/// either, and what it shows now could still be followed by the one taken back.
bool takes_back_unanswered(const History& history, const Arrangement& next) {
    const KeySet& asked = history.arrangement.ds;
    const KeySet turned = (asked - next.ds) | (next.ds - asked);
    return !(turned & ds_undecided(history)).empty();
}

bool parent_must_answer_first(const History& history, const Arrangement& next) {
    return next.ds != history.arrangement.ds &&
           (too_many_undecided(history, next) || takes_back_unanswered(history, next));
}

/// A key in danger leaves without the policy's margins; on a person's word, whatever caches hold.
std::optional<Obstacle> group_obstacle(const History& history, const Policy& policy,
                                       const Group& group, const Move& move,
                                       const Arrangement& next, Time now) {
    const Margin margin = group.departure == Departure::orderly ? move.margin : Margin::none;
    if (group.departure == Departure::unsafe)
        return obstacle(as_published(history), next, margin, policy, now);
    return obstacle(history, next, margin, policy, now);
}

std::string told(const History& history, const Group& group, const Arrangement& next) {
    return name_of(group) + ": " + difference(history, history.arrangement, next);
}

Rearrange rearranged(const History& history, const Policy& policy, const Group& group,
                     const Arrangement& next, std::string what, Time now) {
    Rearrange change{next, std::move(what), std::nullopt};
    if (group.departure == Departure::unsafe)
        if (const auto ignored = obstacle(history, next, Margin::none, policy, now))
            change.in_spite_of =
                reason(history, *ignored) +
                (ignored->until ? " until " + to_rfc3339(*ignored->until) : std::string{});
    return change;
}

/// Removes beforehand as many of the outgoing DS as may go by themselves.
void clear_ds(const History& history, const Policy& policy, const Group& group, const Move& move,
              KeySet candidates, Time now, Plan& plan) {
    if ((move.lose & group.records & ds_record) == 0)
        return;
    const Arrangement& present = history.arrangement;
    Arrangement next = present;
    for (const KeyIndex key : group.outgoing& present.ds& candidates) {
        Arrangement without = next;
        without.ds.erase(key);
        if (!without.ds.empty() && !parent_must_answer_first(history, without) &&
            !group_obstacle(history, policy, group, move, without, now))
            next = without;
    }
    if (next != present)
        plan.rearrange = rearranged(history, policy, group, next, told(history, group, next), now);
}

Duration margin_of(Obstacle::Member member, const Margins& extra) {
    switch (member) {
        case Obstacle::Member::ds:
            return extra.ds;
        case Obstacle::Member::dnskey:
            return extra.dnskey;
        case Obstacle::Member::data:
            return extra.data;
    }
    return {};
}

/// Why the move must wait, in words; and how much of the wait is the policy's wish.
std::string reason_of(const History& history, const Policy& policy, const Group& group,
                      const Move& move, const Arrangement& next, const Obstacle& hindrance,
                      Time now) {
    if (move.margin == Margin::none || group.departure != Departure::orderly)
        return reason(history, hindrance);
    const std::string margin = margin_words(move.margin, policy);
    if (!obstacle(history, next, Margin::none, policy, now))
        return fmt::format("the caches would allow it; the policy's {} is not over", margin);
    if (margin_of(hindrance.member, margins(move.margin, policy)) == Duration{0})
        return reason(history, hindrance);
    return fmt::format("{}, and the policy adds {}", reason(history, hindrance), margin);
}

/// Takes the group's next move if the rule allows it; else notes what it waits for.
void plan_group(const History& history, const Policy& policy, const Group& group, Time now,
                Plan& plan) {
    for (const Move& move : group.sequence->moves) {
        const Arrangement next = moved(history, group, move);
        if (next == history.arrangement)
            continue;
        // A key whose successor is not made yet (plan_goals says why) keeps its DS: without any DS
        // the zone would be insecure.
        if (next.ds.empty() && !history.arrangement.ds.empty() && !policy.keys.empty())
            return;
        const std::string wish =
            name_of(group) + ", " + intention(history, history.arrangement, next);
        const KeySet keys = group.incoming | group.outgoing;
        if (parent_must_answer_first(history, next)) {
            plan.waits.push_back({keys, wish,
                                  "the parent has not answered earlier changes of its DS set",
                                  Waiting::parent, std::nullopt, next});
            clear_ds(history, policy, group, move, group.outgoing, now, plan);
            return;
        }
        const auto hindrance = group_obstacle(history, policy, group, move, next, now);
        if (!hindrance) {
            plan.rearrange =
                rearranged(history, policy, group, next, told(history, group, next), now);
            return;
        }
        // Overtaken rolls can leave DS at the parent whose keys sign nothing. They go before the
        // one that resolvers use: if all went at once, that one might be removed first.
        clear_ds(history, policy, group, move, group.outgoing - history.arrangement.dnskey_signers,
                 now, plan);
        plan.waits.push_back({keys, wish,
                              reason_of(history, policy, group, move, next, *hindrance, now),
                              waits_on(*hindrance), hindrance->until, next});
        wake(plan, hindrance->until);
        return;
    }
}

/// What is missing until DS that were asked for, or asked to go, are taken to be there, or gone.
std::string unconfirmed(const Policy& policy, KeySet keys, KeySet said, std::string_view command,
                        std::string_view shown) {
    const bool shown_is_missing = policy.confirm != ParentConfirmation::manual;
    const bool word_is_missing =
        policy.confirm == ParentConfirmation::manual ||
        (policy.confirm == ParentConfirmation::both && !keys.is_subset_of(said));
    if (!shown_is_missing)
        return fmt::format("asked for; not yet confirmed with `kaspar ds {}`", command);
    if (!word_is_missing)
        return fmt::format("asked for; {}", shown);
    return fmt::format(
        "asked for; the parent's servers must show it, and it must be confirmed "
        "with `kaspar ds {}`",
        command);
}

void wait_for_parent(const History& history, const Policy& policy, Plan& plan) {
    const KeySet awaited = ds_awaited(history), to_go = ds_to_go(history);
    if (!awaited.empty())
        plan.waits.push_back({awaited,
                              "DS " + tags(history, awaited) + " to be at the parent",
                              unconfirmed(policy, awaited, history.said_seen, "seen",
                                          "not all of the parent's servers have shown it yet"),
                              Waiting::parent,
                              {}});
    if (!to_go.empty())
        plan.waits.push_back({to_go,
                              "DS " + tags(history, to_go) + " to be gone from the parent",
                              unconfirmed(policy, to_go, history.said_gone, "gone",
                                          "a server of the parent may still have it"),
                              Waiting::parent,
                              {}});
}

}  // namespace

Plan plan(const History& history, const Policy& policy, Time now) {
    Plan plan;
    if (const auto until = stands_until(history, policy, now)) {
        plan.waits.push_back({{},
                              "any move",
                              "the clock stands before the last recorded event: it went back",
                              Waiting::clock,
                              until});
        plan.wake_at = until;
        return plan;
    }
    wait_for_parent(history, policy, plan);
    if (history.paused) {
        plan.waits.push_back({{}, "any move", "the zone is paused", Waiting::operator_pause, {}});
        return plan;
    }
    if (history.unknown_until && now < *history.unknown_until) {
        plan.waits.push_back({{},
                              "any move",
                              "a backup was put back, or the clock was set: caches may hold what "
                              "is not remembered",
                              Waiting::time,
                              history.unknown_until});
        plan.wake_at = history.unknown_until;
        return plan;
    }
    plan_goals(history, policy, now, plan);
    if (plan.changes_anything())
        return plan;
    for (const Group& group : groups_of(history, policy, now)) {
        plan_group(history, policy, group, now, plan);
        if (plan.rearrange)
            break;
    }
    return plan;
}

void apply(History& history, const Plan& plan, const Policy& policy, Time now) {
    for (const SetGoal& goal : plan.goals) {
        Key& key = history.keys[goal.key];
        key.wanted = goal.wanted;
        key.standby = goal.standby;
        key.may_return = goal.may_return;
        if (!goal.wanted)
            key.roll_asked = false;
    }
    if (plan.rearrange)
        instruct(history, plan.rearrange->next, policy, now);
    // Every line of the policy was looked at: whatever was approved is in this plan.
    if (!plan.make.empty() || !plan.goals.empty())
        history.approved = false;
    if (plan.changes_anything())
        history.last_event = now;
}

std::string_view word(Waiting waiting) {
    switch (waiting) {
        case Waiting::time:
            return "time";
        case Waiting::signer:
            return "signer";
        case Waiting::servers:
            return "servers";
        case Waiting::parent:
            return "parent";
        case Waiting::approval:
            return "approval";
        case Waiting::key_keeping:
            return "key keeping";
        case Waiting::operator_pause:
            return "pause";
        case Waiting::clock:
            return "clock";
    }
    return "";
}

const Wait* blocking_wait(const Plan& plan, Time now) {
    const auto blocks = [&](const Wait& wait) {
        return wait.on != Waiting::time && wait.on != Waiting::signer &&
               (!wait.until || *wait.until <= now);
    };
    const auto found = std::find_if(plan.waits.begin(), plan.waits.end(), blocks);
    return found == plan.waits.end() ? nullptr : &*found;
}

}  // namespace kaspar::enforcer

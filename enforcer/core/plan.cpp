#include "enforcer/core/plan.h"

#include <fmt/format.h>

#include "enforcer/core/goals.h"
#include "enforcer/core/methods.h"
#include "enforcer/core/rule.h"
#include "enforcer/core/words.h"

namespace kaspar::enforcer {

namespace {

/// The parent passes through any mixture of old and new records; beyond this many that are
/// undecided there are too many mixtures to hold against the caches, and the next DS change waits.
constexpr unsigned most_undecided_ds = 6;

/// Keys that come and keys that go, by one sequence of moves.
struct Group {
    const Sequence* sequence;
    KeySet incoming, outgoing;
    Records records;  ///< those that this sequence moves
};

constexpr Records ksk_half = ds_record | dnskey_record | dnskey_signature;
constexpr Records zsk_half = dnskey_record | zone_signatures;
constexpr Records every_record = ksk_half | zone_signatures;

KeySet having(const History& history, KeySet keys, bool (*has)(Role)) {
    KeySet found;
    for (const KeyIndex key : keys)
        if (has(history.keys[key].role))
            found.insert(key);
    return found;
}

/// A csk rolls in two halves that need not end together: its KSK half gives up the signature, and
/// the DNSKEY goes with the ZSK half, once the key signs the DNSKEY RRset no more.
KeySet losing_dnskey(const History& history, const Group& group, const Arrangement& next) {
    KeySet keys = group.outgoing;
    if (group.records == every_record)
        return keys;
    for (const KeyIndex key : group.outgoing) {
        if (history.keys[key].role != Role::csk)
            continue;
        if (group.records == ksk_half || next.dnskey_signers.contains(key))
            keys.erase(key);
    }
    return keys;
}

Arrangement moved(const History& history, const Group& group, const Move& move) {
    Arrangement next = history.arrangement;
    const auto gains = [&](Records record) { return (move.gain & group.records & record) != 0; };
    const auto loses = [&](Records record) { return (move.lose & group.records & record) != 0; };
    const KeySet in_ksk = having(history, group.incoming, signs_dnskey);
    const KeySet in_zsk = having(history, group.incoming, signs_zone);
    if (gains(ds_record))
        next.ds |= in_ksk;
    if (gains(dnskey_record))
        next.dnskey |= group.incoming;
    if (gains(dnskey_signature))
        next.dnskey_signers |= in_ksk;
    if (gains(zone_signatures))
        next.zone_signers |= in_zsk;
    if (loses(ds_record))
        next.ds = next.ds - group.outgoing;
    if (loses(dnskey_signature))
        next.dnskey_signers = next.dnskey_signers - group.outgoing;
    if (loses(zone_signatures))
        next.zone_signers = next.zone_signers - group.outgoing;
    if (loses(dnskey_record))
        next.dnskey = next.dnskey - losing_dnskey(history, group, next);
    return next;
}

bool never_secure(const History& history, Time now) {
    if (!history.arrangement.ds.empty())
        return false;
    for (const auto& version : history.ds)
        if (!version.keys.empty() && version.window.live(now))
            return false;
    return true;
}

class Grouping {
  public:
    Grouping(const History& history, const Policy& policy) : history_(history), policy_(policy) {
        for (KeyIndex i = 0; i < history.keys.size(); ++i) {
            const Key& key = history.keys[i];
            if (key.wanted && key.standby)
                standby_.insert(i);
            else if (key.wanted)
                wanted_.insert(i);
            else if (history.arrangement.all().contains(i))
                leaving_.insert(i);
        }
    }

    std::vector<Group> groups(Time now) const {
        if (policy_.keys.empty())
            return {{&going_insecure(), {}, leaving_, every_record}};
        std::vector<Group> found;
        if (never_secure(history_, now))
            found.push_back({&first_signing(), wanted_, leaving_, every_record});
        else
            add_by_algorithm(found);
        found.push_back({&sequence(Method::zsk_pre_publication), standby_, {}, dnskey_record});
        return found;
    }

  private:
    /// Within an algorithm that has a DS and stays, keys replace each other in halves; all others
    /// come and go by the algorithm sequence.
    void add_by_algorithm(std::vector<Group>& found) const {
        Group changing{&sequence(policy_.algorithm_rollover), {}, {}, every_record};
        KeySet left = wanted_ | leaving_;
        while (!left.empty()) {
            const auto algorithm = history_.keys[*left.begin()].algorithm;
            const KeySet all = with_algorithm(history_, left, algorithm);
            left = left - all;
            const bool stays = !(all & wanted_).empty();
            const bool established =
                !with_algorithm(history_, history_.arrangement.ds, algorithm).empty();
            if (stays && established) {
                add_halves(found, all);
                continue;
            }
            changing.incoming |= all & wanted_;
            changing.outgoing |= all & leaving_;
        }
        found.push_back(changing);
    }

    void add_halves(std::vector<Group>& found, KeySet keys) const {
        const KeySet ksks = having(history_, keys, signs_dnskey);
        const KeySet zsks = having(history_, keys, signs_zone);
        found.push_back({&sequence(method(ksks & wanted_, Method::ksk_double_signature)),
                         ksks & wanted_, ksks & leaving_, ksk_half});
        found.push_back({&sequence(method(zsks & wanted_, Method::zsk_pre_publication)),
                         zsks & wanted_, zsks & leaving_, zsk_half});
    }

    /// The method of the policy's line for these keys; `usual` where a csk's line names the other
    /// half.
    Method method(KeySet keys, Method usual) const {
        for (const KeyIndex key : keys)
            for (const KeySlot& slot : policy_.keys)
                if (slot.role == history_.keys[key].role &&
                    slot.algorithm == history_.keys[key].algorithm &&
                    (slot.role != Role::csk || usual == Method::ksk_double_signature))
                    return slot.method;
        return usual;
    }

    const History& history_;
    const Policy& policy_;
    KeySet wanted_, standby_, leaving_;
};

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
        if (!without.ds.empty() && !too_many_undecided(history, without) &&
            !obstacle(history, without, move.margin, policy, now))
            next = without;
    }
    if (next != present)
        plan.rearrange = Rearrange{
            next, fmt::format("{}: {}", group.sequence->name, difference(history, present, next))};
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
        const std::string what = fmt::format("{}: {}", group.sequence->name,
                                             difference(history, history.arrangement, next));
        const KeySet keys = group.incoming | group.outgoing;
        if (next.ds != history.arrangement.ds && too_many_undecided(history, next)) {
            plan.waits.push_back(
                {keys, what, "the parent has not answered earlier changes", Waiting::parent, {}});
            clear_ds(history, policy, group, move, group.outgoing, now, plan);
            return;
        }
        const auto hindrance = obstacle(history, next, move.margin, policy, now);
        if (!hindrance) {
            plan.rearrange = Rearrange{next, what};
            return;
        }
        // Overtaken rolls can leave DS at the parent whose keys sign nothing. They go before the
        // one that resolvers use: if all went at once, that one might be removed first.
        clear_ds(history, policy, group, move, group.outgoing - history.arrangement.dnskey_signers,
                 now, plan);
        plan.waits.push_back(
            {keys, what, reason(history, *hindrance), waits_on(*hindrance), hindrance->until});
        wake(plan, hindrance->until);
        return;
    }
}

void wait_for_parent(const History& history, Plan& plan) {
    const KeySet awaited = ds_awaited(history), to_go = ds_to_go(history);
    if (!awaited.empty())
        plan.waits.push_back({awaited,
                              "DS " + tags(history, awaited) + " at the parent",
                              "asked for; not yet confirmed with `kaspar ds seen`",
                              Waiting::parent,
                              {}});
    if (!to_go.empty())
        plan.waits.push_back({to_go,
                              "DS " + tags(history, to_go) + " gone from the parent",
                              "asked for; not yet confirmed with `kaspar ds gone`",
                              Waiting::parent,
                              {}});
}

}  // namespace

Plan plan(const History& history, const Policy& policy, Time now) {
    Plan plan;
    if (history.last_event && now < *history.last_event) {
        plan.waits.push_back({{},
                              "any move",
                              "the clock stands before the last recorded event",
                              Waiting::clock,
                              history.last_event});
        plan.wake_at = history.last_event;
        return plan;
    }
    wait_for_parent(history, plan);
    if (history.paused) {
        plan.waits.push_back({{}, "any move", "the zone is paused", Waiting::operator_pause, {}});
        return plan;
    }
    plan_goals(history, policy, now, plan);
    if (plan.changes_anything())
        return plan;
    for (const Group& group : Grouping(history, policy).groups(now)) {
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
    if (!plan.make.empty())
        history.approved = false;
    if (plan.changes_anything())
        history.last_event = now;
}

}  // namespace kaspar::enforcer

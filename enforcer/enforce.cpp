#include "enforcer/enforce.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/clock_step.h"
#include "enforcer/core/key_state.h"
#include "enforcer/core/plan.h"
#include "enforcer/emission.h"
#include "enforcer/key_making.h"
#include "enforcer/key_reserve.h"
#include "enforcer/policy_book.h"
#include "enforcer/random.h"
#include "enforcer/report_intake.h"
#include "enforcer/restored.h"
#include "enforcer/servers/parent_watch.h"
#include "enforcer/state_changes.h"
#include "enforcer/store/remembered.h"
#include "enforcer/submission/submission.h"

namespace kaspar::enforcer {

namespace {

/// A step that goes round more often than this is going round in circles.
constexpr int most_rounds = 100;

Fault unsettled(const Zone& zone) {
    return {FaultClass::state,
            fmt::format("zone {}: the plan does not settle; nothing is moved; report this with the "
                        "output of `kaspar log {}`",
                        zone_text(zone.name), zone_text(zone.name))};
}

/// The keys whose private halves are needed: wanted ones, and those that are instructed.
std::vector<StoredKey> needed_keys(const Remembered& remembered) {
    std::vector<StoredKey> needed;
    const KeySet arranged = remembered.history.arrangement.all();
    for (KeyIndex i = 0; i < remembered.rows.size(); ++i)
        if (remembered.history.keys[i].wanted || arranged.contains(i))
            needed.push_back(remembered.rows[i]);
    return needed;
}

void earlier(std::optional<Time>& at, std::optional<Time> other) {
    if (other && (!at || *other < *at))
        at = other;
}

/// Keeps the zone's NSEC3 salt as long and as fresh as the policy wants it (RFC 5155 appendix C.1).
void renew_salt(Zone& zone, const Policy& policy, Time now) {
    const std::size_t wanted = policy.denial == DenialType::nsec3 ? policy.salt_length : 0;
    const bool stale = zone.salted && *zone.salted + policy.resalt <= now;
    if (zone.salt.size() == wanted && (wanted == 0 || !stale))
        return;
    zone.salt = random_octets(wanted);
    zone.salted = wanted == 0 ? std::nullopt : std::optional(now);
}

/// Notes for whom the zone waits, and since when if it is somebody else than before.
void note_blocking(Zone& zone, const Wait* wait, Time now) {
    const auto on = wait ? std::optional(std::string(word(wait->on))) : std::nullopt;
    if (zone.blocked_on == on)
        return;
    zone.blocked_on = on;
    zone.blocked_since = on ? std::optional(now) : std::nullopt;
}

/// How far one transaction took the zone.
struct Progress {
    bool settled;                    ///< there is nothing left to do now
    std::vector<StoredKey> to_make;  ///< keys that must be made before it goes on
};

class Step {
  public:
    Step(const Enforcement& with, Zone zone) : with_(with), zone_(std::move(zone)) {}

    Result<Progress> run() {
        KASPAR_CHECK(look());
        KASPAR_TRY(const Plan plan, settle());
        if (!plan.make.empty())
            return announce(plan);
        KASPAR_CHECK(conclude(plan));
        return Progress{true, {}};
    }

    const Zone& zone() const { return zone_; }

  private:
    Outcome look() {
        KASPAR_TRY(policy_, policy_for(with_.database, zone_));
        KASPAR_TRY(remembered_, load_history(with_.database, zone_));
        KASPAR_CHECK(check_presence(with_, needed_keys(remembered_)));
        before_ =
            states_of(remembered_, policy_, remembered_.history.last_event.value_or(with_.now));
        KASPAR_CHECK(take_in_report(with_, zone_, policy_, remembered_));
        lagging_ = zone_.watch_due && !zone_.propagated_serial;
        KASPAR_CHECK(take_in_parent(with_, zone_, policy_, remembered_));
        follow_policy(remembered_.history, policy_, with_.now);
        KASPAR_TRY(remembered_.history.pending, pending_keys(with_, zone_, policy_));
        return Done{};
    }

    /// While servers of the zone serve something else than what is published, nothing moves.
    Plan plan_or_hold() {
        if (!lagging_)
            return plan(remembered_.history, policy_, with_.now);
        Plan held;
        held.waits.push_back({{},
                              "any move",
                              "the zone's servers do not all serve what is published",
                              Waiting::servers,
                              {}});
        return held;
    }

    /// Plans and moves until nothing is left to do now, or a key must be made.
    Result<Plan> settle() {
        for (int round = 0; round < most_rounds; ++round) {
            const Plan next = plan_or_hold();
            if (!next.changes_anything())
                return next;
            KASPAR_CHECK(note_plan(next));
            apply(remembered_.history, next, policy_, with_.now);
            if (!next.make.empty())
                return next;
        }
        return unsettled(zone_);
    }

    Outcome note_plan(const Plan& next) {
        for (const SetGoal& goal : next.goals) {
            const Key& key = remembered_.history.keys[goal.key];
            KASPAR_CHECK(note(with_, zone_, fmt::format("goal of {} {}", word(key.role), key.tag),
                              goal.why, goal_word(key.wanted, key.standby),
                              goal_word(goal.wanted, goal.standby)));
        }
        if (!next.rearrange)
            return Done{};
        KASPAR_CHECK(check_readable(with_, needed_keys(remembered_)));
        const auto& ignored = next.rearrange->in_spite_of;
        return note(with_, zone_, next.rearrange->what,
                    ignored ? "UNSAFE, on a person's word, in spite of this: " + *ignored
                            : "the rule and the policy allow it now");
    }

    Result<Progress> announce(const Plan& plan) {
        Progress progress{false, {}};
        KASPAR_CHECK(save_history(with_.database, zone_, remembered_, {}, with_.now));
        KASPAR_CHECK(note_changes());
        KASPAR_CHECK(update_zone(with_.database, zone_));
        for (const MakeKey& make : plan.make) {
            KASPAR_TRY(const bool shared, take_shared_key(with_, zone_, policy_, make));
            if (shared)
                continue;
            KASPAR_TRY(const bool reserved, take_reserved_key(with_, zone_, policy_, make));
            if (reserved)
                continue;
            KASPAR_TRY(StoredKey key, announce_key(with_, zone_, policy_, make));
            progress.to_make.push_back(std::move(key));
        }
        return progress;
    }

    Outcome conclude(const Plan& plan) {
        History& history = remembered_.history;
        KASPAR_CHECK(note_changes());
        forget(history, policy_, with_.now);
        renew_salt(zone_, policy_, with_.now);
        KASPAR_CHECK(renew_instruction(with_, zone_, policy_, remembered_));
        KASPAR_CHECK(plan_submissions(with_, zone_, policy_, remembered_));
        history.last_event = with_.now;
        history.set_back.reset();
        if (history.unknown_until && *history.unknown_until <= with_.now)
            history.unknown_until.reset();

        zone_.next_event = plan.wake_at;
        if (zone_.salted)
            earlier(zone_.next_event, *zone_.salted + policy_.resalt);
        zone_.tidy_at = next_end(history, policy_, with_.now);
        zone_.parent_due = next_parent_look(zone_.parent_due, policy_, history, with_.now);
        note_blocking(zone_, blocking_wait(plan, with_.now), with_.now);
        zone_.flagged = false;
        if (zone_.trouble)
            KASPAR_CHECK(note(with_, zone_, "the zone moves again", {}, zone_.trouble));
        zone_.trouble.reset();
        KASPAR_CHECK(save_history(with_.database, zone_, remembered_,
                                  leaving_play(history, policy_, with_.now), with_.now));
        return update_zone(with_.database, zone_);
    }

    Outcome note_changes() {
        return note_state_changes(with_, zone_, before_,
                                  states_of(remembered_, policy_, with_.now));
    }

    const Enforcement& with_;
    Zone zone_;
    Policy policy_{};
    bool lagging_ = false;
    Remembered remembered_;
    StatesOfKeys before_;
};

/// One transaction of a step.
Result<Progress> advance(const Enforcement& with, std::int64_t id) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    KASPAR_TRY(auto zone, find_zone(with.database, id));
    if (!zone || zone->removed)
        return Progress{true, {}};
    Step step(with, std::move(*zone));
    KASPAR_TRY(auto progress, step.run());
    KASPAR_CHECK(transaction.commit());
    if (progress.settled)
        KASPAR_CHECK(write_instruction(with, step.zone()));
    return progress;
}

Outcome run_step(const Enforcement& with, const Zone& zone) {
    KASPAR_CHECK(check_not_restored(zone));
    KASPAR_TRY(const bool stands, stands_for_clock(with, zone));
    if (stands)
        return write_instruction(with, zone);
    KASPAR_CHECK(finish_interrupted_keys(with, zone));
    for (int round = 0; round < most_rounds; ++round) {
        KASPAR_TRY(const auto progress, advance(with, zone.id));
        if (progress.settled)
            return Done{};
        for (const StoredKey& key : progress.to_make)
            KASPAR_CHECK(make_announced_key(with, zone, key));
    }
    return unsettled(zone);
}

/// Notes why a zone stands still, once, and has it looked at again at the next pass.
Outcome note_trouble(const Enforcement& with, std::int64_t id, const std::string& words) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    KASPAR_TRY(auto zone, find_zone(with.database, id));
    if (!zone || (zone->trouble == words && zone->flagged))
        return Done{};
    if (zone->trouble != words)
        KASPAR_CHECK(note(with, *zone, "the zone stands still", words));
    zone->trouble = words;
    zone->flagged = true;
    KASPAR_CHECK(update_zone(with.database, *zone));
    return transaction.commit();
}

}  // namespace

Outcome enforce_zone(const Enforcement& with, std::int64_t id) {
    KASPAR_TRY(const auto zone, find_zone(with.database, id));
    if (!zone || zone->removed)
        return Done{};
    auto outcome = run_step(with, *zone);
    if (outcome.ok())
        return outcome;
    KASPAR_CHECK(note_trouble(with, id, outcome.fault().words));
    // What stands goes on standing, whatever became of its file; unless it was removed meanwhile.
    KASPAR_TRY(const auto now, find_zone(with.database, id));
    if (now && !now->removed)
        KASPAR_CHECK(write_instruction(with, *now));
    return outcome;
}

}  // namespace kaspar::enforcer

#include "enforcer/core/foreseen_zone.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/core/timing.h"
#include "enforcer/core/words.h"

namespace kaspar::enforcer {

namespace {

/// What does not settle in so many rounds goes round in circles.
constexpr int most_rounds = 100;

void earlier(std::optional<Time>& next, Time now, std::optional<Time> at) {
    if (at && *at > now && (!next || *at < *next))
        next = at;
}

/// What an RRset with signatures by `carried` has after the signer has executed the arrangement:
/// for each algorithm the signatures wanted, or one by a published key that stands in for the only
/// one until it comes due (signer/core/reuse.h).
KeySet standing(const History& history, KeySet carried) {
    const Arrangement& wanted = history.arrangement;
    KeySet signers;
    for (const KeyIndex key : wanted.zone_signers) {
        const auto algorithm = history.keys[key].algorithm;
        const KeySet fresh = with_algorithm(history, wanted.zone_signers, algorithm);
        const KeySet old = with_algorithm(history, carried & wanted.dnskey, algorithm);
        const bool stands_in = fresh.size() == 1 && (carried & fresh).empty() && !old.empty();
        signers |= stands_in ? KeySet::of(*old.begin()) : fresh;
    }
    return signers;
}

/// Since when the signer may have been replacing signatures by those that are instructed now.
Time replacing_since(const History& history, Time now) {
    for (const DataVersion& version : history.data)
        if (version.signers == history.arrangement.zone_signers && version.window.open())
            return version.window.since;
    return now;
}

/// From when on the zone moves: a clock that stands before its last event is waited for, or
/// believed.
Time moves_from(History& history, const Policy& policy, Time start) {
    const Time from = stands_until(history, policy, start).value_or(start);
    if (history.last_event && *history.last_event > from)
        take_setback(history, from);
    return from;
}

}  // namespace

ForeseenZone::ForeseenZone(Outset outset, Policy zone_policy, Time start,
                           const Assumptions& assumed)
    : policy(std::move(zone_policy)),
      history(std::move(outset.history)),
      now(moves_from(history, policy, start)),
      assumptions(assumed),
      reported_(outset.published) {
    know_keys();
    for (RetiredKey& retired : outset.retired) {
        retired_.push_back({keys_.size(), retired.since});
        keys_.push_back(std::move(retired.key));
    }
    for (const DataVersion& version : history.data)
        if (version.window.open())
            carried_.push_back({version.signers, std::nullopt});
}

void ForeseenZone::tell(EventKind kind, Actor actor, KeySet keys, std::string what,
                        std::string why) {
    std::vector<std::size_t> about;
    for (const KeyIndex key : keys)
        about.push_back(number_[key]);
    events_.push_back({now, kind, actor, std::move(about), std::move(what), std::move(why)});
}

// ---- Kaspar -----------------------------------------------------------------------------------

void ForeseenZone::know_keys() {
    while (number_.size() < history.keys.size()) {
        const auto position = static_cast<KeyIndex>(number_.size());
        number_.push_back(keys_.size());
        keys_.push_back(history.keys[position]);
        known_.push_back(key_states(history, position, policy, now));
    }
}

std::string ForeseenZone::name_for(Role role) {
    return fmt::format("new {} {}", word(role), ++made_[role]);
}

void ForeseenZone::make_key(const MakeKey& wanted) {
    const KeySlot& slot = policy.keys[wanted.slot];
    Key key{};
    key.role = slot.role;
    key.algorithm = slot.algorithm;
    key.bits = slot.bits;
    key.keystores = slot.keystores;
    key.created = now;
    key.standby = wanted.standby;
    key.name = name_for(slot.role);
    history.keys.push_back(key);
    know_keys();
    tell(EventKind::key_made, Actor::kaspar,
         KeySet::of(static_cast<KeyIndex>(history.keys.size() - 1)),
         fmt::format("make {} ({}{})", key.name, facts(key.algorithm).mnemonic,
                     key.standby ? ", standby" : ""),
         wanted.why);
}

void ForeseenZone::tell_move(const Rearrange& move, const std::vector<Wait>& waits) {
    const Arrangement& present = history.arrangement;
    const KeySet changing = (present.ds - move.next.ds) | (move.next.ds - present.ds) |
                            (present.dnskey - move.next.dnskey) |
                            (move.next.dnskey - present.dnskey) |
                            (present.dnskey_signers - move.next.dnskey_signers) |
                            (move.next.dnskey_signers - present.dnskey_signers) |
                            (present.zone_signers - move.next.zone_signers) |
                            (move.next.zone_signers - present.zone_signers);
    const auto waited = std::find_if(waits.begin(), waits.end(),
                                     [&](const Wait& wait) { return wait.next == move.next; });
    tell(EventKind::move, Actor::kaspar, changing, move.what,
         move.in_spite_of        ? "UNSAFE, in spite of this: " + *move.in_spite_of
         : waited != waits.end() ? "until then: " + waited->why
                                 : "nothing stands against it");
    events_.back().in_spite_of = move.in_spite_of;
    if (present.ds != move.next.ds)
        tell(EventKind::ds_asked, Actor::parent,
             (present.ds - move.next.ds) | (move.next.ds - present.ds),
             fmt::format("the parent is to have {}",
                         move.next.ds.empty() ? "no DS" : "DS " + tags(history, move.next.ds)));
}

void ForeseenZone::carry_out(const Plan& todo, const std::vector<Wait>& waits) {
    for (const SetGoal& goal : todo.goals)
        tell(EventKind::goal, Actor::kaspar, KeySet::of(goal.key),
             fmt::format("{} {}", title(history.keys[goal.key]),
                         !goal.wanted   ? "is to leave"
                         : goal.standby ? "is to stand by"
                                        : "is to be used"),
             goal.why);
    if (todo.rearrange)
        tell_move(*todo.rearrange, waits);
    apply(history, todo, policy, now);
    for (const MakeKey& wanted : todo.make)
        make_key(wanted);
}

/// As a pass of the enforcer: moves all that may move, then gives one instruction.
bool ForeseenZone::kaspar_acts() {
    bool acted = false, rearranged = false;
    const std::vector<Wait> waits = std::move(plan_.waits);
    for (int round = 0; round < most_rounds; ++round) {
        plan_ = plan(history, policy, now);
        if (!plan_.changes_anything()) {
            history.generation += rearranged ? 1 : 0;
            return acted;
        }
        carry_out(plan_, waits);
        acted = true;
        rearranged = rearranged || plan_.rearrange.has_value();
    }
    stuck_ = true;
    return false;
}

// ---- The signer -------------------------------------------------------------------------------

void ForeseenZone::carry_over(Time since) {
    const KeySet wanted = history.arrangement.zone_signers;
    std::vector<Carried> next{{wanted, std::nullopt}};
    if (!policy.signatures.renew_at_once)
        for (const Carried& carried : carried_) {
            const KeySet signers = standing(history, carried.signers);
            const Time gone =
                carried.gone.value_or(since + timing::signing_delay(policy.signatures.validity,
                                                                    policy.signatures.refresh));
            if (signers != wanted)
                next.push_back({signers, gone});
        }
    carried_ = std::move(next);
}

/// The data signed by these came due: the signatures instructed take their place.
bool ForeseenZone::replace_signatures() {
    bool replaced = false;
    for (const Carried& carried : carried_) {
        if (!carried.gone || *carried.gone > now)
            continue;
        replaced = true;
        tell(EventKind::signatures_replaced, Actor::signer,
             carried.signers - history.arrangement.zone_signers,
             fmt::format("the last signatures of the zone by {} are replaced",
                         tags(history, carried.signers - history.arrangement.zone_signers)),
             "they came due");
    }
    std::erase_if(carried_,
                  [&](const Carried& carried) { return carried.gone && *carried.gone <= now; });
    return replaced;
}

void ForeseenZone::report() {
    Observation seen{history.generation,
                     now,
                     history.arrangement.dnskey,
                     history.arrangement.dnskey_signers,
                     {},
                     policy.dnskey_ttl,
                     policy.max_ttl,
                     Duration{0}};
    for (const Carried& carried : carried_)
        seen.data_signers.push_back(carried.signers);
    record(history, seen, policy);
}

bool ForeseenZone::signer_acts() {
    if (history.generation == 0)
        return false;
    const bool published = published_ == history.generation;
    if (!published) {
        const bool known = reported_ == history.generation;
        if (!published_ && reported_ && !known)
            tell(EventKind::published, Actor::signer, {},
                 fmt::format("publish instruction {}", history.generation));
        carry_over(!published_ && known ? replacing_since(history, now) : now);
    }
    if (!replace_signatures() && published)
        return false;
    published_ = history.generation;
    report();
    return true;
}

// ---- People and the parent --------------------------------------------------------------------

bool ForeseenZone::person_acts() {
    if (history.paused && assumptions.resumed) {
        history.paused = false;
        tell(EventKind::resumed, Actor::person, {}, "resume the zone", "it is paused");
        return true;
    }
    if (!assumptions.approvals)
        return false;
    const auto waits_on = [&](Waiting on) {
        return std::find_if(plan_.waits.begin(), plan_.waits.end(),
                            [on](const Wait& waiting) { return waiting.on == on; });
    };
    if (const auto kept = waits_on(Waiting::key_keeping); kept != plan_.waits.end()) {
        history.pending.clear();
        tell(EventKind::key_kept, Actor::person, {}, kept->what, kept->why);
        return true;
    }
    const auto wait = waits_on(Waiting::approval);
    if (history.approved || wait == plan_.waits.end())
        return false;
    history.approved = true;
    tell(EventKind::approved, Actor::person, wait->keys, "approve: " + wait->what, wait->why);
    return true;
}

Time ForeseenZone::parent_answers_at() const {
    return history.ds_asked.value_or(now) + policy.registration_delay;
}

void ForeseenZone::confirm(EventKind kind, KeySet keys) {
    const bool seen = kind == EventKind::ds_seen;
    tell(kind, policy.confirm == ParentConfirmation::observed ? Actor::parent : Actor::person, keys,
         fmt::format("DS {} {} the parent", tags(history, keys), seen ? "at" : "gone from"));
    if (seen)
        ds_seen(history, keys, policy, now);
    else
        ds_gone(history, keys, policy, now);
}

bool ForeseenZone::parent_acts() {
    if (!assumptions.parent_answers || now < parent_answers_at())
        return false;
    const KeySet awaited = ds_awaited(history), to_go = ds_to_go(history);
    if (!awaited.empty())
        confirm(EventKind::ds_seen, awaited);
    if (!to_go.empty())
        confirm(EventKind::ds_gone, to_go);
    return !awaited.empty() || !to_go.empty();
}

// ---- Time -------------------------------------------------------------------------------------

void ForeseenZone::note_states() {
    for (KeyIndex key = 0; key < history.keys.size(); ++key) {
        const KeyStates states = key_states(history, key, policy, now);
        for (const KeyRecord& record : key_records) {
            const StateChange change{&record, known_[key].*record.state, states.*record.state};
            if (change.from == change.to)
                continue;
            tell(EventKind::state, Actor::kaspar, KeySet::of(key),
                 fmt::format("{} of {}: {} -> {}", record.name, title(history.keys[key]),
                             word(change.from), word(change.to)));
            events_.back().state = change;
        }
        known_[key] = states;
    }
}

/// True if any left: then there is room for keys that may have waited for it.
bool ForeseenZone::retire_keys() {
    forget(history, policy, now);
    const KeySet leaving = leaving_play(history, policy, now);
    for (const KeyIndex key : leaving) {
        tell(EventKind::out_of_use, Actor::kaspar, KeySet::of(key),
             fmt::format("{} is out of use", title(history.keys[key])),
             "no cache can hold anything of it");
        retired_.push_back({number_[key], now});
    }
    remove_keys(history, leaving);
    for (Carried& carried : carried_)
        carried.signers = renumbered(carried.signers, leaving);
    KeyIndex number = 0, state = 0;
    std::erase_if(number_, [&](std::size_t) { return leaving.contains(number++); });
    std::erase_if(known_, [&](const KeyStates&) { return leaving.contains(state++); });
    return !leaving.empty();
}

void ForeseenZone::purge_keys() {
    if (!policy.purge_after)
        return;
    for (const Retired& retired : retired_)
        if (retired.since + *policy.purge_after <= now)
            events_.push_back({now,
                               EventKind::purged,
                               Actor::kaspar,
                               {retired.key},
                               title(keys_[retired.key]) + " is removed from its key store",
                               "purge_after is over"});
    std::erase_if(retired_, [&](const Retired& retired) {
        return retired.since + *policy.purge_after <= now;
    });
}

void ForeseenZone::act() {
    bool acted = true;
    for (int round = 0; acted && !cut_off(); ++round) {
        stuck_ = stuck_ || round == most_rounds;
        acted = kaspar_acts();
        acted = signer_acts() || acted;
        acted = parent_acts() || acted;
        acted = person_acts() || acted;
    }
}

void ForeseenZone::settle() {
    follow_policy(history, policy, now);
    do {
        act();
        note_states();
    } while (retire_keys() && !cut_off());
    purge_keys();
}

std::optional<Time> ForeseenZone::next_event() const {
    std::optional<Time> next = next_end(history, policy, now);
    earlier(next, now, plan_.wake_at);
    for (const Carried& carried : carried_)
        earlier(next, now, carried.gone);
    if (assumptions.parent_answers)
        earlier(next, now, parent_answers_at());
    if (policy.purge_after)
        for (const Retired& retired : retired_)
            earlier(next, now, retired.since + *policy.purge_after);
    return next;
}

bool ForeseenZone::advance(Time end) {
    const auto next = next_event();
    if (cut_off() || !next || *next > end)
        return false;
    now = *next;
    settle();
    return true;
}

void ForeseenZone::run_until(Time end) {
    settle();
    while (advance(end)) {
    }
    if (cut_off())
        return;
    now = std::max(now, end);
    settle();
}

bool ForeseenZone::at_rest() const {
    if (!plan_.waits.empty() || carried_.size() > 1)
        return false;
    for (KeyIndex key = 0; key < history.keys.size(); ++key)
        if (key_states(history, key, policy, now) != goal_states(history.keys[key]))
            return false;
    return true;
}

std::vector<Event> ForeseenZone::take_events() {
    return std::exchange(events_, {});
}

}  // namespace kaspar::enforcer

#include "tests/scenarios/simulated_zone.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/core/timing.h"

namespace kaspar::test {

namespace {

void note(std::optional<Time>& earliest, Time now, Time at) {
    if (at > now && (!earliest || at < *earliest))
        earliest = at;
}

template <typename Versions>
void note_ends(std::optional<Time>& earliest, Time now, const Versions& versions, Duration margin) {
    for (const auto& version : versions) {
        if (!version.window.until)
            continue;
        note(earliest, now, *version.window.until);
        note(earliest, now, *version.window.until + margin);
    }
}

}  // namespace

SimulatedZone::SimulatedZone(Policy zone_policy, Time start)
    : policy(std::move(zone_policy)), history(begin(policy, start)), now(start) {}

void SimulatedZone::make_key(const MakeKey& wanted) {
    const KeySlot& slot = policy.keys[wanted.slot];
    Key key{};
    key.role = slot.role;
    key.algorithm = slot.algorithm;
    key.bits = slot.bits;
    key.keystores = slot.keystores;
    key.tag = static_cast<std::uint16_t>(1000 + history.keys.size());
    key.created = now;
    key.standby = wanted.standby;
    history.keys.push_back(key);
    if (next_names_.empty()) {
        names_.push_back(std::to_string(key.tag));
    } else {
        names_.push_back(next_names_.front());
        next_names_.erase(next_names_.begin());
    }
    known_.push_back(key_states(history, static_cast<KeyIndex>(names_.size() - 1), policy, now));
}

bool SimulatedZone::step() {
    const Plan todo = plan(history, policy, now);
    if (!todo.changes_anything())
        return false;
    for (const MakeKey& wanted : todo.make)
        make_key(wanted);
    if (todo.rearrange)
        ++history.generation;
    apply(history, todo, policy, now);
    return true;
}

/// The signer publishes what is instructed. After a change from one ZSK to another the old
/// signatures stay until they come due; everything else is done at once.
void SimulatedZone::publish() {
    const KeySet wanted = history.arrangement.zone_signers;
    const bool gradual = !policy.signatures.renew_at_once && !signing_.empty() &&
                         (signing_ & wanted).empty() &&
                         signing_.is_subset_of(history.arrangement.dnskey);
    if (last_replaced_ && now >= *last_replaced_) {
        signing_ = wanted;
        last_replaced_.reset();
    } else if (gradual && !last_replaced_) {
        last_replaced_ =
            now + timing::signing_delay(policy.signatures.validity, policy.signatures.refresh);
    } else if (!gradual) {
        signing_ = wanted;
        last_replaced_.reset();
    }
    Observation seen{history.generation,
                     now,
                     history.arrangement.dnskey,
                     history.arrangement.dnskey_signers,
                     {signing_},
                     policy.dnskey_ttl,
                     policy.max_ttl,
                     Duration{0}};
    record(history, seen, policy);
}

void SimulatedZone::answer_for_parent() {
    if (!parent_answers)
        return;
    if (const KeySet awaited = ds_awaited(history); !awaited.empty())
        ds_seen(history, awaited, policy, now);
    if (const KeySet to_go = ds_to_go(history); !to_go.empty())
        ds_gone(history, to_go, policy, now);
}

void SimulatedZone::note_states() {
    using Member = RecordState KeyStates::*;
    static constexpr std::pair<Member, const char*> records[] = {
        {&KeyStates::ds, "ds"},
        {&KeyStates::dnskey, "dnskey"},
        {&KeyStates::dnskey_signature, "dnskey_signature"},
        {&KeyStates::zone_signatures, "zone_signatures"}};
    for (KeyIndex key = 0; key < names_.size(); ++key) {
        const KeyStates states_now = key_states(history, key, policy, now);
        for (const auto& [member, name] : records)
            if (states_now.*member != known_[key].*member)
                rows_.push_back(
                    {now, fmt::format("{} {} {}", names_[key], name, word(states_now.*member))});
        known_[key] = states_now;
    }
}

void SimulatedZone::settle() {
    for (bool again = true; again;) {
        again = step();
        if (history.generation != published_ || (last_replaced_ && now >= *last_replaced_)) {
            publish();
            published_ = history.generation;
            again = true;
        }
        answer_for_parent();
    }
    note_states();
}

std::optional<Time> SimulatedZone::next_event() const {
    std::optional<Time> next;
    if (const auto wake = plan(history, policy, now).wake_at)
        note(next, now, *wake);
    if (last_replaced_)
        note(next, now, *last_replaced_);
    note_ends(next, now, history.ds, Duration{0});
    note_ends(next, now, history.dnskey, policy.publish_safety);
    note_ends(next, now, history.data, Duration{0});
    return next;
}

void SimulatedZone::run_for(Duration length) {
    const Time end = now + length;
    settle();
    for (auto next = next_event(); next && *next <= end; next = next_event()) {
        now = *next;
        settle();
    }
    now = end;
    settle();
    forget(history, policy, now);
}

std::vector<std::string> SimulatedZone::rows(Time origin) {
    std::vector<std::string> told;
    for (const Row& row : rows_)
        told.push_back(fmt::format("+{} {}", format_duration(row.at - origin), row.words));
    rows_.clear();
    return told;
}

KeyStates SimulatedZone::states(const std::string& name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    require(found != names_.end(), "the test knows the key that it asks about");
    return key_states(history, static_cast<KeyIndex>(found - names_.begin()), policy, now);
}

bool SimulatedZone::exists(const std::string& name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
}

}  // namespace kaspar::test

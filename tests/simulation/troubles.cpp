// What befalls a zone: rolls asked for in the middle of others and taken back, edits, people and
// programs that are away.
#include <fmt/format.h>

#include "tests/simulation/simulated_life.h"

namespace kaspar::simulation {

using namespace enforcer;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

Role random_role(const Policy& policy, Chance& chance) {
    if (policy.keys.empty())
        return Role::csk;
    return policy.keys[chance.below(policy.keys.size())].role;
}

}  // namespace

/// Often several in quick succession, so that rolls overlap; then quiet for weeks.
void SimulatedLife::trouble() {
    trouble_due_ =
        now_ +
        chance_.up_to(chance_.pick<Duration>({minutes{5}, hours{3}, days{1}, days{8}, days{40}}));
    switch (chance_.below(11)) {
        case 0:
        case 1:
        case 2:
            return ask_roll();
        case 3:
            return abort_roll();
        case 4:
        case 5:
        case 6:
            return edit_policy();
        case 7:
            return leave_for_weeks();
        case 8:
            return person_acts();
        case 9:
            return lose_a_key();
        default:
            return trouble_the_signer();
    }
}

void SimulatedLife::ask_roll() {
    if (enforcer::ask_roll(history_, in_force_, random_role(in_force_, chance_)).ok()) {
        tell("a roll is asked for");
        enforcer_due_ = std::min(enforcer_due_, now_ + late({hours{1}, days{1}}));
    }
}

void SimulatedLife::abort_roll() {
    if (enforcer::abort_roll(history_, in_force_, random_role(in_force_, chance_), now_).ok()) {
        tell("a roll is taken back");
        enforcer_due_ = std::min(enforcer_due_, now_ + late({hours{1}, days{1}}));
    }
}

/// A key may be known to others: it leaves by an emergency roll.
void SimulatedLife::lose_a_key() {
    if (history_.keys.empty())
        return;
    const auto key = static_cast<KeyIndex>(chance_.below(history_.keys.size()));
    give_up(history_, in_force_, KeySet::of(key), Departure::emergency);
    tell(fmt::format("key {} may be known to others", history_.keys[key].id));
    enforcer_due_ = std::min(enforcer_due_, now_ + late({hours{1}, days{1}}));
}

void SimulatedLife::edit_policy() {
    tell("the policy is edited: " + edit(policy_, chance_, delays_));
    enforcer_due_ = std::min(enforcer_due_, now_ + late({hours{1}, days{1}}));
}

void SimulatedLife::leave_for_weeks() {
    if (chance_.one_in(2)) {
        enforcer_due_ = now_ + chance_.up_to(days{45});
        return tell("the enforcer is away until +" + format_duration(enforcer_due_ - start_));
    }
    // No longer than the signatures last that it made.
    signer_due_ = std::min(now_ + chance_.up_to(days{25}), signed_ + signed_refresh_ * 3 / 4);
    tell("the signer is away until +" + format_duration(signer_due_ - start_));
}

void SimulatedLife::person_acts() {
    if (chance_.one_in(2)) {
        history_.approved = true;
        return tell("a person approves");
    }
    history_.paused = !history_.paused;
    tell(history_.paused ? "paused" : "resumed");
}

void SimulatedLife::trouble_the_signer() {
    if (chance_.one_in(4)) {
        signer_.lose_last_output();
        tell("the signer loses its last output");
    } else {
        signer_.change_some_rrset();
        tell("the zone's content changes");
    }
    signer_due_ = std::min(signer_due_, now_ + late({hours{1}, days{1}}));
}

}  // namespace kaspar::simulation

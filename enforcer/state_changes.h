// The audit of states: which of a key's records went from hidden to rumoured and so on since the
// zone was looked at last. States are derived from the history, so the ones before are those of the
// history as it was left then.
#pragma once

#include <map>

#include "enforcer/core/key_state.h"
#include "enforcer/enforcement.h"
#include "enforcer/store/remembered.h"

namespace kaspar::enforcer {

using StatesOfKeys = std::map<std::int64_t, KeyStates>;  ///< by key id

StatesOfKeys states_of(const Remembered& remembered, const Policy& policy, Time at);

/// Notes every state that differs; a key that was not there before counts as hidden.
Outcome note_state_changes(const Enforcement& with, const Zone& zone, const StatesOfKeys& before,
                           const StatesOfKeys& after);

/// What the log says has changed its state: "DS of ksk 12345".
std::string state_words(const KeyRecord& record, Role role, std::uint16_t tag);

/// Where a key is to end: "omnipresent", "standby" or "hidden".
std::string goal_word(bool wanted, bool standby);

}  // namespace kaspar::enforcer

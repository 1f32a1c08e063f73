// What forecast, explain and policy diff have in common: a zone as it stands in the database, made
// ready to be run ahead, and events and waits as they are told to people and programs.
#pragma once

#include <string>

#include "enforcer/commands/view.h"
#include "enforcer/core/foresight.h"

namespace kaspar::enforcer {

/// The zone's history with what the signer reported last and the keys that are still to be purged.
/// Fault: state.
Result<Outset> outset_of(Session& session, const Zone& zone);

/// What happens to a zone. Fault: state.
Result<Forecast> foresee_zone(Session& session, const Zone& zone, std::optional<Time> until,
                              const Assumptions& assumptions = {});

/// What stands in the way of the forecast coming true, beyond what it assumes.
std::vector<std::string> reservations(Session& session, const ZoneView& view);

/// The command with which a person lets this happen. Empty: none is needed.
std::string command_for(EventKind kind, const std::string& zone);
std::string command_for(const Event& event, const std::string& zone);

/// The commands with which a person ends a wait, joined by "; ". Empty: no command ends it.
std::string commands_for(const Wait& wait, const History& history, const Policy& policy,
                         const std::string& zone);

/// "2027-01-01T00:00:00Z (in 38d)".
std::string when(Time at, Time now);

/// What happens and why; why a move had to wait is left to --json and `kaspar explain`.
std::string in_words(const Event& event);

Json to_json(const Event& event, const std::vector<Key>& keys, const std::string& zone);

/// Who must act: "you", "signer", …
std::string whom(Actor actor);

/// States and goals follow from the moves; `all` is for those who want them.
bool is_shown(const Event& event, bool all);

/// A table of the events, and when the forecast ends. Without `all_states` the changes of states
/// and goals, which follow from the others, are left out.
std::string forecast_text(const Forecast& forecast, const std::string& zone, bool all_states);

/// What is assumed of others, in a sentence.
std::string assumed(const Assumptions& assumptions, const Policy& policy);

}  // namespace kaspar::enforcer

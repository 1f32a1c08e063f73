// Watching the parent: when its servers are asked, and how what they show moves a zone's history.
// Network first, database afterwards: no transaction waits for a server.
#pragma once

#include "enforcer/servers/asking.h"

namespace kaspar::enforcer {

/// Asks the parents of all zones that are due for it, keeps the answers, and has those zones looked
/// at. Fault: state, io.
Outcome watch_parents(const Enforcement& with);

/// Lets the answers of this very pass act on the history, where the policy wants the parent
/// observed; a larger TTL of theirs comes into the policy. Older answers have acted, or came before
/// what they would confirm.
Outcome take_in_parent(const Enforcement& with, Zone& zone, Policy& policy, Remembered& remembered);

/// When the parent's servers are to be asked next, if not at `planned` already. Absent: never.
std::optional<Time> next_parent_look(const std::optional<Time>& planned, const Policy& policy,
                                     const History& history, Time now);

}  // namespace kaspar::enforcer

// Which keys a zone should have: a successor for each key whose time has come, a key for each line
// of the policy, and none that the policy does not name. Says nothing about when records move.
#pragma once

#include "enforcer/core/plan.h"

namespace kaspar::enforcer {

/// Adds to `plan` the keys to make and the goals to change, what waits for approval, and when the
/// next lifetime asks for a successor.
void plan_goals(const History& history, const Policy& policy, Time now, Plan& plan);

/// How long before the end of its lifetime a key of this line needs its successor, so that it takes
/// over in time.
Duration roll_lead(const KeySlot& slot, const Policy& policy);

/// A person asks for successors of the keys with this role. Fault: refused (no such key in the
/// zone).
Outcome ask_roll(History& history, const Policy& policy, Role role);

/// A person takes a roll back: the predecessor is wanted again, the successor is not. If its
/// lifetime asks for a roll now, it is kept until a person approves one. Fault: refused (no roll of
/// that role whose predecessor is still there).
Outcome abort_roll(History& history, const Policy& policy, Role role, Time now);

/// A person says that others may know these keys: each leaves by the shortest safe sequence (or
/// on that person's word an unsafe one), with a successor if the policy asks for its kind. It never
/// comes back into use.
void give_up(History& history, const Policy& policy, KeySet keys, Departure departure);

}  // namespace kaspar::enforcer

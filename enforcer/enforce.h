// One step of one zone: takes in the report, follows the policy, plans, makes keys, moves, renews
// the instruction. What is decided, numbered and noted is one transaction; keys are made between
// transactions, each announced before and proven after.
#pragma once

#include "enforcer/enforcement.h"

namespace kaspar::enforcer {

/// Fault: whatever stops this zone's moves; it is noted with the zone, and what was instructed
/// before goes on standing.
Outcome enforce_zone(const Enforcement& with, std::int64_t id);

}  // namespace kaspar::enforcer

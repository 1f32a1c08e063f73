// Policies by chance, and what a person may edit in one. The delays of the world stay below those
// that any policy names, as an operator promises when writing them down.
#pragma once

#include "enforcer/core/policy.h"
#include "tests/simulation/chance.h"

namespace kaspar::simulation {

/// How slow the slowest servers of the world are.
struct Delays {
    Duration zone, parent;
};

Delays random_delays(Chance& chance);
enforcer::Policy random_policy(Chance& chance, const Delays& world);

/// Changes something that a person may change, and says what.
std::string edit(enforcer::Policy& policy, Chance& chance, const Delays& world);

/// Keys for a zone that is to be secure.
std::vector<enforcer::KeySlot> random_slots(Chance& chance);

}  // namespace kaspar::simulation

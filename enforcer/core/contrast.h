// What differs between two forecasts of the same zone: events that only one of them has, and
// events that both have at different times. Pure; policy diff tells it.
#pragma once

#include "enforcer/core/foresight.h"

namespace kaspar::enforcer {

struct Difference {
    const Event* before;  ///< null: only the second forecast has it
    const Event* after;   ///< null: only the first has it

    Time at() const { return after != nullptr ? after->at : before->at; }
};

/// In the order of time. Events are the same if kind and words are; goals and states, which follow
/// from the other events, are left out. Points into the forecasts.
std::vector<Difference> contrast(const Forecast& before, const Forecast& after);

}  // namespace kaspar::enforcer

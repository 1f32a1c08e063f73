// One zone under the real core, with a signer that publishes at once and a parent that answers at
// once, as forecasts have it. What happens is told as rows of text, "+27h new ds rumoured", one for
// each change of a key's state.
#pragma once

#include <string>
#include <vector>

#include "enforcer/core/foreseen_zone.h"
#include "enforcer/core/goals.h"

namespace kaspar::test {

using namespace kaspar::enforcer;

class SimulatedZone : public ForeseenZone {
  public:
    SimulatedZone(const Policy& zone_policy, Time start);

    /// Names the next keys that are made, in the order in which the policy lists them.
    void name_next_keys(std::vector<std::string> names) { next_names_ = std::move(names); }

    /// Runs the zone for this long.
    void run_for(Duration length) { run_until(now + length); }

    /// Rows since the last call, with times since `origin`.
    std::vector<std::string> rows(Time origin);

  private:
    std::string name_for(Role role) override;
    std::vector<std::string> next_names_;
};

}  // namespace kaspar::test

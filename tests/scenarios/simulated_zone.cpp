#include "tests/scenarios/simulated_zone.h"

#include <fmt/format.h>

namespace kaspar::test {

SimulatedZone::SimulatedZone(const Policy& zone_policy, Time start)
    : ForeseenZone({begin(zone_policy, start)}, zone_policy, start) {}

std::string SimulatedZone::name_for(Role role) {
    if (next_names_.empty())
        return fmt::format("{} {}", word(role), keys().size());
    const std::string name = next_names_.front();
    next_names_.erase(next_names_.begin());
    return name;
}

std::vector<std::string> SimulatedZone::rows(Time origin) {
    std::vector<std::string> told;
    for (const Event& event : take_events())
        if (event.state)
            told.push_back(fmt::format("+{} {} {} {}", format_duration(event.at - origin),
                                       keys()[event.keys.front()].name, event.state->record->word,
                                       word(event.state->to)));
    return told;
}

}  // namespace kaspar::test

#include "enforcer/core/contrast.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace kaspar::enforcer {

namespace {

using Identity = std::pair<EventKind, std::string>;

bool counts(const Event& event) {
    return event.kind != EventKind::state && event.kind != EventKind::goal;
}

/// Events of the same words happen several times only if a roll was taken back and begun anew; they
/// are then matched in their order.
std::map<Identity, std::deque<const Event*>> by_identity(const Forecast& forecast) {
    std::map<Identity, std::deque<const Event*>> found;
    for (const Event& event : forecast.events)
        if (counts(event))
            found[{event.kind, event.what}].push_back(&event);
    return found;
}

}  // namespace

std::vector<Difference> contrast(const Forecast& before, const Forecast& after) {
    std::vector<Difference> found;
    auto earlier = by_identity(before);
    for (const Event& event : after.events) {
        if (!counts(event))
            continue;
        auto& same = earlier[{event.kind, event.what}];
        const Event* match = same.empty() ? nullptr : same.front();
        if (match != nullptr)
            same.pop_front();
        if (match == nullptr || match->at != event.at)
            found.push_back({match, &event});
    }
    for (const auto& [identity, left] : earlier)
        for (const Event* event : left)
            found.push_back({event, nullptr});
    std::stable_sort(found.begin(), found.end(),
                     [](const Difference& a, const Difference& b) { return a.at() < b.at(); });
    return found;
}

}  // namespace kaspar::enforcer

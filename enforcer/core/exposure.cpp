#include "enforcer/core/exposure.h"

#include <algorithm>

namespace kaspar::enforcer {

namespace {

/// A validator believes every key of a DNSKEY RRset, whatever its role, and a DS lets the key's
/// holder forge that RRset.
bool leads_to_belief(const KeyRecord& record) {
    return record.state == &KeyStates::ds || record.state == &KeyStates::dnskey;
}

}  // namespace

Exposure exposure(const Forecast& forecast, std::size_t key) {
    Exposure found;
    for (const Event& event : forecast.events) {
        const bool concerned =
            std::find(event.keys.begin(), event.keys.end(), key) != event.keys.end();
        if (event.kind == EventKind::move && concerned && event.in_spite_of)
            found.breaches.push_back({event.at, *event.in_spite_of});
        if (event.kind != EventKind::state || event.keys.front() != key || !event.state ||
            !leads_to_belief(*event.state->record))
            continue;
        if (event.state->to == RecordState::hidden)
            found.believed_until = event.at;
        else if (event.state->to == RecordState::rumoured)
            found.believed_until.reset();
    }
    return found;
}

}  // namespace kaspar::enforcer

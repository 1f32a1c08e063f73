#include "enforcer/commands/summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "enforcer/commands/troubles.h"

namespace kaspar::enforcer {

namespace {

bool is_anywhere(const KeyStates& states) {
    for (const KeyRecord& record : key_records)
        if (states.*record.state != RecordState::hidden &&
            states.*record.state != RecordState::not_applicable)
            return true;
    return false;
}

/// "54321 comes"; empty of a key that is where it should be.
std::string movement(const Key& key, const KeyStates& states) {
    if (!key.wanted)
        return is_anywhere(states) ? fmt::format("{} leaves", key.tag) : "";
    return states == goal_states(key) ? "" : fmt::format("{} comes", key.tag);
}

/// "for 3d2h: "; empty of a wait that a time ends.
std::string how_long(const ZoneView& view, const Wait& wait, Time now) {
    const auto since = waiting_since(view, wait);
    return since && *since < now ? fmt::format("for {}: ", brief(now - *since)) : "";
}

}  // namespace

Cell time_left(const ZoneView& view, Time now) {
    const auto expiry = view.first_expiry();
    if (!expiry)
        return {view.serial() ? "unsigned" : "not yet", Tint::faint};
    const Duration left = *expiry - now;
    if (left <= Duration{0})
        return {"EXPIRED", Tint::bad};
    const bool late = left < view.expiry_warning;
    return {brief(left), late ? Tint::warning : Tint::good};
}

bool expires_before(const ZoneView& a, const ZoneView& b) {
    return a.first_expiry().value_or(Time::max()) < b.first_expiry().value_or(Time::max());
}

std::string wait_line(const Wait& wait) {
    return fmt::format("{}: {}", word(wait.on), wait.what);
}

Cell summary(const ZoneView& view, Time now) {
    if (const auto needs = needs_a_person(view, now); !needs.empty())
        return {needs.front(), Tint::bad};
    for (const Wait& wait : view.plan.waits)
        if (wait.on == Waiting::parent)
            return {how_long(view, wait, now) + words_of(wait), Tint::warning};
    if (!view.plan.waits.empty()) {
        const Wait& wait = view.plan.waits.front();
        return how_long(view, wait, now) + wait_line(wait);
    }
    return "";
}

std::string rolls(const ZoneView& view, Time now) {
    const History& history = view.remembered.history;
    std::vector<std::string> found;
    std::optional<Role> last;
    for (const KeyIndex index : in_order(view.remembered)) {
        const Key& key = history.keys[index];
        const auto words = movement(key, key_states(history, index, view.policy, now));
        if (words.empty())
            continue;
        found.push_back(last == key.role ? words : fmt::format("{} {}", word(key.role), words));
        last = key.role;
    }
    return fmt::format("{}", fmt::join(found, ", "));
}

}  // namespace kaspar::enforcer

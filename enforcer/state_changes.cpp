#include "enforcer/state_changes.h"

#include <fmt/format.h>

namespace kaspar::enforcer {

namespace {

/// Before a key was known, none of its records could be anywhere.
KeyStates hidden_where(const KeyStates& after) {
    KeyStates before = after;
    for (const KeyRecord& record : key_records)
        if (before.*record.state != RecordState::not_applicable)
            before.*record.state = RecordState::hidden;
    return before;
}

Outcome note_key(const Enforcement& with, const Zone& zone, const StoredKey& key,
                 const KeyStates& before, const KeyStates& after) {
    for (const KeyRecord& record : key_records) {
        if (before.*record.state == after.*record.state)
            continue;
        KASPAR_CHECK(
            note(with, zone, state_words(record, key.role, key.dnskey ? key.dnskey->tag() : 0), {},
                 std::string(word(before.*record.state)), std::string(word(after.*record.state))));
    }
    return Done{};
}

}  // namespace

StatesOfKeys states_of(const Remembered& remembered, const Policy& policy, Time at) {
    StatesOfKeys states;
    for (KeyIndex i = 0; i < remembered.rows.size(); ++i)
        states.emplace(remembered.rows[i].id, key_states(remembered.history, i, policy, at));
    return states;
}

Outcome note_state_changes(const Enforcement& with, const Zone& zone, const StatesOfKeys& before,
                           const StatesOfKeys& after) {
    if (before == after)
        return Done{};
    KASPAR_TRY(const auto keys, keys_of(with.database, zone.id));
    for (const StoredKey& key : keys) {
        const auto now = after.find(key.id);
        if (now == after.end())
            continue;
        const auto then = before.find(key.id);
        KASPAR_CHECK(note_key(with, zone, key,
                              then == before.end() ? hidden_where(now->second) : then->second,
                              now->second));
    }
    return Done{};
}

std::string state_words(const KeyRecord& record, Role role, std::uint16_t tag) {
    return fmt::format("{} of {} {}", record.name, word(role), tag);
}

std::string goal_word(bool wanted, bool standby) {
    return !wanted ? "hidden" : standby ? "standby" : "omnipresent";
}

}  // namespace kaspar::enforcer

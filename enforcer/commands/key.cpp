#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "common/system/terminal.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/policy_book.h"
#include "enforcer/state_changes.h"

namespace kaspar::enforcer {

namespace {

/// Of the keys in play. Of a zone whose history cannot be read there are none; `status` says why.
Result<StatesOfKeys> known_states(Session& session, const Zone& zone) {
    const auto remembered = load_history(session.database(), zone);
    if (!remembered.ok())
        return StatesOfKeys{};
    KASPAR_TRY(const Policy policy, policy_for(session.database(), zone));
    return states_of(*remembered, policy, session.now());
}

std::optional<KeyStates> find_states(const StatesOfKeys& states, const StoredKey& key) {
    const auto found = states.find(key.id);
    return found == states.end() ? std::nullopt : std::optional(found->second);
}

Json states_json(const std::optional<KeyStates>& states) {
    if (!states)
        return {};
    Json words;
    for (const KeyRecord& record : key_records)
        words[std::string(record.word)] = word((*states).*record.state);
    return words;
}

/// One word for all of the key's records if that is true, else each with its own.
std::string states_text(const std::optional<KeyStates>& states) {
    if (!states)
        return "-";
    std::set<std::string_view> different;
    std::vector<std::string> each;
    for (const KeyRecord& record : key_records) {
        const RecordState state = (*states).*record.state;
        if (state == RecordState::not_applicable)
            continue;
        different.insert(word(state));
        each.push_back(fmt::format("{} {}", record.name, word(state)));
    }
    return different.size() == 1 ? std::string(*different.begin())
                                 : fmt::format("{}", fmt::join(each, ", "));
}

Json row_json(const Zone& zone, const StoredKey& key, const std::vector<std::string>& others,
              const std::optional<KeyStates>& states) {
    return {{"zone", zone_text(zone.name)},
            {"tag", key.dnskey ? Json(key.dnskey->tag()) : Json()},
            {"role", word(key.role)},
            {"algorithm", facts(key.algorithm).mnemonic},
            {"bits", key.bits},
            {"flags", key.flags},
            {"state", word(key.progress)},
            {"goal", goal_word(key.wanted, key.standby)},
            {"states", states_json(states)},
            {"keystores", key.keystores},
            {"reserved", key.reserved},
            {"backup", word(key.backup)},
            {"shared_with", others},
            {"locator", key.locator},
            {"created", to_rfc3339(key.created)},
            {"active_since", json_time(key.active_since)},
            {"out_of_use_since", json_time(key.out_of_use_since)},
            {"fingerprint", key.dnskey ? Json(key.dnskey->key.fingerprint()) : Json()},
            {"dnskey", key.dnskey ? Json(key.dnskey->text()) : Json()}};
}

Result<std::vector<Zone>> chosen_zones(Session& session, const std::optional<std::string>& name) {
    if (!name)
        return zones(session.database());
    KASPAR_TRY(Zone zone, known_zone(session.database(), *name));
    return std::vector<Zone>{std::move(zone)};
}

}  // namespace

Ending key_list(Session& session, const std::optional<std::string>& name) {
    KASPAR_TRY(const auto chosen, chosen_zones(session, name));
    Json list = Json::array();
    Table table({{"zone"},
                 {"tag", Column::Align::right},
                 {"role"},
                 {"alg", Column::Align::right},
                 {"goal"},
                 {"records"},
                 {"key store"},
                 {"created"}});
    for (const Zone& zone : chosen) {
        KASPAR_TRY(const auto keys, keys_of(session.database(), zone.id));
        KASPAR_TRY(const StatesOfKeys all_states, known_states(session, zone));
        for (const StoredKey& key : keys) {
            KASPAR_TRY(const auto others, zones_sharing(session.database(), key));
            const auto states = find_states(all_states, key);
            list.push_back(row_json(zone, key, others, states));
            table.add({zone_text(zone.name), key.dnskey ? std::to_string(key.dnskey->tag()) : "-",
                       std::string(word(key.role)), std::to_string(static_cast<int>(key.algorithm)),
                       condition(key, session.configuration()) + (others.empty() ? "" : ", shared"),
                       states_text(states), fmt::format("{}", fmt::join(key.keystores, " ")),
                       to_rfc3339(key.created).substr(0, 10)});
        }
    }
    if (session.json())
        print(list.dump(2) + "\n");
    else
        print(table.empty() ? "no keys yet; the enforcer's next pass makes them\n"
                            : table.text(standard_output()));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

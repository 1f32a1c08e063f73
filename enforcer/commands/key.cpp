#include <fmt/format.h>

#include <algorithm>

#include "common/system/terminal.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/core/goals.h"

namespace kaspar::enforcer {

namespace {

std::string condition(const StoredKey& key) {
    if (key.progress != KeyProgress::ready)
        return std::string(word(key.progress));
    if (key.out_of_use_since)
        return "out of use";
    return !key.wanted ? "leaves" : key.standby ? "standby" : "in use";
}

Json row_json(const Zone& zone, const StoredKey& key) {
    return {{"zone", zone_text(zone.name)},
            {"tag", key.dnskey ? Json(key.dnskey->tag()) : Json()},
            {"role", word(key.role)},
            {"algorithm", facts(key.algorithm).mnemonic},
            {"bits", key.bits},
            {"flags", key.flags},
            {"state", word(key.progress)},
            {"goal", goal_word(key.wanted, key.standby)},
            {"keystores", key.keystores},
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

bool awaits_approval(const OpenZone& open, Time now) {
    const auto waits = plan(open.remembered.history, open.policy, now).waits;
    return std::any_of(waits.begin(), waits.end(),
                       [](const Wait& wait) { return wait.on == Waiting::approval; });
}

}  // namespace

Ending key_list(Session& session, const std::optional<std::string>& name) {
    KASPAR_TRY(const auto chosen, chosen_zones(session, name));
    Json list = Json::array();
    Table table({{"zone"},
                 {"tag", Column::Align::right},
                 {"role"},
                 {"algorithm"},
                 {"goal"},
                 {"key store"},
                 {"created"}});
    for (const Zone& zone : chosen) {
        KASPAR_TRY(const auto keys, keys_of(session.database(), zone.id));
        for (const StoredKey& key : keys) {
            list.push_back(row_json(zone, key));
            table.add({zone_text(zone.name), key.dnskey ? std::to_string(key.dnskey->tag()) : "-",
                       std::string(word(key.role)), std::string(facts(key.algorithm).mnemonic),
                       condition(key), key.keystores.front(),
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

Ending key_roll(Session& session, const std::string& zone, const std::string& text) {
    const auto role = role_from_text(text);
    if (!role)
        return Fault{FaultClass::usage,
                     fmt::format("--role: '{}' is not a role; say ksk, zsk or csk", text)};
    KASPAR_TRY(OpenZone open, OpenZone::open(session, zone));
    const auto before = states_of(open.remembered, open.policy, session.now());
    KASPAR_CHECK(
        ask_roll(open.remembered.history, open.policy, *role).within(zone_text(open.zone.name)));
    KASPAR_CHECK(note(session.with(), open.zone, fmt::format("roll of the {} asked for", text),
                      "a person's word"));
    KASPAR_CHECK(open.close(session, before));
    print(fmt::format(
        "{}: the {} rolls from the enforcer's next pass on{}\n", zone_text(open.zone.name), text,
        open.remembered.history.paused
            ? fmt::format(", once `kaspar zone resume {}` lets it", zone_text(open.zone.name))
            : ""));
    return ExitStatus::done;
}

Ending key_approve(Session& session, const std::string& zone) {
    KASPAR_TRY(OpenZone open, OpenZone::open(session, zone));
    // A word given ahead would be spent on a roll that nobody has in mind yet.
    if (!awaits_approval(open, session.now()))
        return Fault{FaultClass::refused,
                     fmt::format("no roll of zone {0} waits for approval; `kaspar status {0}` says "
                                 "what it waits for",
                                 zone_text(open.zone.name))};
    const auto before = states_of(open.remembered, open.policy, session.now());
    open.remembered.history.approved = true;
    KASPAR_CHECK(note(session.with(), open.zone, "the roll is approved", "a person's word"));
    KASPAR_CHECK(open.close(session, before));
    print(fmt::format("{}: the roll is approved; it begins with the enforcer's next pass\n",
                      zone_text(open.zone.name)));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

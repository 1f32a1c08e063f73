#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/system/terminal.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/key_reserve.h"

namespace kaspar::enforcer {

namespace {

std::string condition(const StoredKey& key, bool backup_awaited) {
    if (key.progress == KeyProgress::generating && key.dnskey)
        return "to be copied";
    if (key.progress != KeyProgress::ready)
        return std::string(word(key.progress));
    if (key.out_of_use_since)
        return "out of use";
    if (key.reserved)
        return backup_awaited ? "to be backed up" : "made ahead";
    return !key.wanted ? "leaves" : key.standby ? "standby" : "in use";
}

Json row_json(const Zone& zone, const StoredKey& key, const std::vector<std::string>& others) {
    return {{"zone", zone_text(zone.name)},
            {"tag", key.dnskey ? Json(key.dnskey->tag()) : Json()},
            {"role", word(key.role)},
            {"algorithm", facts(key.algorithm).mnemonic},
            {"bits", key.bits},
            {"flags", key.flags},
            {"state", word(key.progress)},
            {"goal", goal_word(key.wanted, key.standby)},
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
                 {"algorithm"},
                 {"goal"},
                 {"key store"},
                 {"created"}});
    for (const Zone& zone : chosen) {
        KASPAR_TRY(const auto keys, keys_of(session.database(), zone.id));
        for (const StoredKey& key : keys) {
            KASPAR_TRY(const auto others, zones_sharing(session.database(), key));
            list.push_back(row_json(zone, key, others));
            table.add({zone_text(zone.name), key.dnskey ? std::to_string(key.dnskey->tag()) : "-",
                       std::string(word(key.role)), std::string(facts(key.algorithm).mnemonic),
                       condition(key, awaits_backup(session.configuration(), key)) +
                           (others.empty() ? "" : ", shared"),
                       fmt::format("{}", fmt::join(key.keystores, " ")),
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

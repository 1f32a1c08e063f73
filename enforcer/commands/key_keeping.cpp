#include <fmt/format.h>
#include <fmt/ranges.h>

#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/core/goals.h"
#include "enforcer/core/words.h"
#include "enforcer/pass.h"
#include "enforcer/purge.h"

namespace kaspar::enforcer {

namespace {

/// Why a key may not be purged yet. Absent: it may.
std::optional<std::string> still_needed(const StoredKey& key) {
    if (key.progress == KeyProgress::purged)
        return "it is purged already";
    if (key.progress == KeyProgress::generating)
        return key.dnskey || key.out_of_use_since
                   ? std::nullopt
                   : std::optional<std::string>("it is still being made");
    if (key.wanted && !key.reserved)
        return key.standby ? "it stands by" : "it is in use";
    if (!key.out_of_use_since && !key.reserved)
        return "caches may still hold its records, or the signer has not published that it is gone";
    return std::nullopt;
}

Result<std::vector<StoredKey>> keys_to_purge(Session& session, const Zone& zone,
                                             std::optional<std::uint16_t> tag) {
    KASPAR_TRY(const auto keys, keys_of(session.database(), zone.id));
    std::vector<StoredKey> found;
    std::optional<std::string> reason;
    for (const StoredKey& key : keys) {
        const bool never_used =
            !key.out_of_use_since && (key.reserved || key.progress == KeyProgress::generating);
        if (tag ? !key.dnskey || key.dnskey->tag() != *tag : never_used)
            continue;
        if (const auto needed = still_needed(key))
            reason = fmt::format("{} is not purged: {}", name_of_key(key), *needed);
        else
            found.push_back(key);
    }
    if (!found.empty() || !tag)
        return found;
    const std::string name = zone_text(zone.name);
    if (reason)
        return Fault{FaultClass::refused, fmt::format("{}: {}; `kaspar explain {}` says until when",
                                                      name, *reason, name)};
    return Fault{FaultClass::input,
                 fmt::format("{0}: the zone has no key {1}; `kaspar key list {0}` shows its keys",
                             name, *tag)};
}

}  // namespace

Ending key_purge(Session& session, const std::string& name, std::optional<std::uint16_t> tag) {
    KASPAR_TRY(const Zone zone, known_zone(session.database(), name));
    KASPAR_TRY(const auto keys, keys_to_purge(session, zone, tag));
    for (const StoredKey& key : keys) {
        KASPAR_CHECK(
            purge_key(session.with(), zone, key, "a person's word").within(name_of_key(key)));
        KASPAR_CHECK(flag_zone_of(session.database(), key.id));  // it may have been waited for
        print(fmt::format("{}: {} is purged\n", zone_text(zone.name), name_of_key(key)));
    }
    wake_enforcer(session.configuration());
    if (keys.empty())
        print(fmt::format("{}: no key is out of use\n", zone_text(zone.name)));
    return ExitStatus::done;
}

Ending key_retire(Session& session, const std::string& name, std::uint16_t tag) {
    KASPAR_TRY(OpenZone open, OpenZone::open(session, name));
    History& history = open.remembered.history;
    KeySet chosen;
    for (KeyIndex i = 0; i < history.keys.size(); ++i)
        if (history.keys[i].tag == tag && history.keys[i].wanted)
            chosen.insert(i);
    if (chosen.empty())
        return Fault{FaultClass::refused,
                     fmt::format("{0}: no key {1} is in use or stands by; `kaspar key list {0}` "
                                 "shows the zone's keys",
                                 zone_text(open.zone.name), tag)};
    const auto before = states_of(open.remembered, open.policy, session.now());
    give_up(history, open.policy, chosen, Departure::orderly);
    const std::string which = title(history.keys[*chosen.begin()]);
    KASPAR_CHECK(note(session.with(), open.zone, which + " is to retire", "a person's word"));
    KASPAR_CHECK(open.close(session, before));
    print(
        fmt::format("{}: {} leaves from the enforcer's next pass on, once its successor may take "
                    "over\n",
                    zone_text(open.zone.name), which));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

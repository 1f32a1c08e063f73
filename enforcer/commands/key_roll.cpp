#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/system/log.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/core/exposure.h"
#include "enforcer/core/goals.h"
#include "enforcer/core/words.h"

namespace kaspar::enforcer {

namespace {

/// Keys of the role that an emergency roll asked for before is replacing.
KeySet given_up_before(const History& history, Role role) {
    KeySet keys;
    for (const KeyIndex key : history.arrangement.all())
        if (history.keys[key].role == role && history.keys[key].departure != Departure::orderly)
            keys.insert(key);
    return keys;
}

/// Asked for again, an emergency roll would give up the very key that it made.
Outcome check_first_time(const OpenZone& open, Role role, std::optional<std::uint16_t> tag) {
    const History& history = open.remembered.history;
    const KeySet before = given_up_before(history, role);
    if (tag || before.empty())
        return Done{};
    return Fault{FaultClass::refused,
                 fmt::format("{0}: an emergency roll of {1} {2} is under way (`kaspar explain "
                             "{0}`); if another {1} is in danger, too, or this roll is to be "
                             "--unsafe, name the key with --key",
                             zone_text(open.zone.name), word(role), tags(history, before))};
}

/// The keys that an emergency roll is for: the one with that tag, or all of the role that are in
/// use. Fault: refused if there is none.
Result<KeySet> endangered(const OpenZone& open, Role role, std::optional<std::uint16_t> tag) {
    KeySet keys;
    const History& history = open.remembered.history;
    for (KeyIndex i = 0; i < history.keys.size(); ++i) {
        const Key& key = history.keys[i];
        if (key.role == role && (tag ? key.tag == *tag : key.wanted && !key.standby))
            keys.insert(i);
    }
    if (!keys.empty())
        return keys;
    return Fault{
        FaultClass::refused,
        fmt::format("{0}: the zone has no {1}{2} in play; `kaspar key list {0}` shows its "
                    "keys",
                    zone_text(open.zone.name), word(role), tag ? fmt::format(" {}", *tag) : "")};
}

/// An unsafe roll may break the zone for those who hold old records, so its name is typed again.
Result<Departure> departure(const KeyRoll& asked, const OpenZone& open) {
    if (!asked.unsafe)
        return Departure::emergency;
    const auto named = Name::from_text(*asked.unsafe);
    if (named.ok() && *named == open.zone.name)
        return Departure::unsafe;
    return Fault{
        FaultClass::usage,
        fmt::format("--unsafe '{}' is not the zone that is rolled; repeat its name, {}, to "
                    "say that its roll may break it",
                    *asked.unsafe, zone_text(open.zone.name))};
}

Outcome roll_in_emergency(Session& session, OpenZone& open, const KeyRoll& asked, Role role) {
    KASPAR_TRY(const Departure way, departure(asked, open));
    KASPAR_CHECK(check_first_time(open, role, asked.tag));
    KASPAR_TRY(const KeySet keys, endangered(open, role, asked.tag));
    History& history = open.remembered.history;
    give_up(history, open.policy, keys, way);
    return note(session.with(), open.zone,
                fmt::format("emergency roll of {} {}", word(role), tags(history, keys)),
                way == Departure::unsafe ? "a person's word; UNSAFE: caches are not waited for"
                                         : "a person's word");
}

Outcome ask(Session& session, OpenZone& open, const KeyRoll& asked, Role role) {
    const std::string zone = zone_text(open.zone.name);
    History& history = open.remembered.history;
    if (asked.emergency)
        return roll_in_emergency(session, open, asked, role);
    if (asked.abort) {
        KASPAR_CHECK(abort_roll(history, open.policy, role, session.now()).within(zone));
        return note(session.with(), open.zone, fmt::format("roll of the {} aborted", word(role)),
                    "a person's word");
    }
    KASPAR_CHECK(ask_roll(history, open.policy, role).within(zone));
    return note(session.with(), open.zone, fmt::format("roll of the {} asked for", word(role)),
                "a person's word");
}

Result<Forecast> foresee_roll(Session& session, const OpenZone& open) {
    KASPAR_TRY(Outset outset, outset_of(session, open.zone));
    outset.history = open.remembered.history;
    return foresee(std::move(outset), open.policy, session.now(), std::nullopt);
}

/// Positions in the forecast of the keys that an emergency roll is for.
std::vector<std::size_t> keys_in_danger(const Forecast& forecast, const OpenZone& open) {
    std::vector<std::size_t> keys;
    for (std::size_t key = 0; key < open.remembered.history.keys.size(); ++key)
        if (forecast.keys[key].departure != Departure::orderly)
            keys.push_back(key);
    return keys;
}

std::string exposure_lines(const Forecast& forecast, std::size_t key, Time now) {
    const Exposure found = exposure(forecast, key);
    const std::string name = title(forecast.keys[key]);
    std::string lines =
        found.believed_until
            ? fmt::format("  what {} signs is believed until {} (in {})\n", name,
                          to_rfc3339(*found.believed_until), brief(*found.believed_until - now))
            : fmt::format("  what {} signs is believed beyond {}\n", name,
                          to_rfc3339(forecast.until));
    for (const Exposure::Breach& breach : found.breaches)
        lines += fmt::format("  from {} on: {}\n", to_rfc3339(breach.at), breach.words);
    return lines;
}

/// Others that have the key go on using it: each must be rolled, too.
Result<std::string> sharing_lines(Session& session, const OpenZone& open,
                                  const std::vector<std::size_t>& keys) {
    std::string lines;
    for (const std::size_t key : keys) {
        const StoredKey& row = open.remembered.rows[key];
        KASPAR_TRY(const auto others, zones_sharing(session.database(), row));
        if (!others.empty())
            lines += fmt::format(
                "  {} {} is also the key of {}: `kaspar key roll --policy {} --role {} "
                "--emergency` rolls all zones of the policy\n",
                word(row.role), row.dnskey->tag(), fmt::join(others, ", "), open.zone.policy,
                word(row.role));
    }
    return lines;
}

/// What an emergency roll exposes, said before anything is done.
Result<std::string> exposure_text(Session& session, const OpenZone& open, const KeyRoll& asked,
                                  const Forecast& forecast) {
    std::string text = fmt::format(
        "{}: emergency roll, {}; if the signer publishes at once and the parent takes no longer "
        "than the policy's registration_delay:\n",
        zone_text(open.zone.name),
        asked.unsafe ? "UNSAFE: resolvers with old records may fail"
                     : "by the shortest sequence with which every resolver goes on validating");
    const auto keys = keys_in_danger(forecast, open);
    for (const std::size_t key : keys)
        text += exposure_lines(forecast, key, session.now());
    if (asked.policy)
        return text;  // all that share a key are rolled
    KASPAR_TRY(const std::string sharing, sharing_lines(session, open, keys));
    return text + sharing;
}

Json exposure_json(const OpenZone& open, const Forecast& forecast) {
    Json list = Json::array();
    for (const std::size_t key : keys_in_danger(forecast, open)) {
        const Exposure found = exposure(forecast, key);
        Json breaches = Json::array();
        for (const Exposure::Breach& breach : found.breaches)
            breaches.push_back({{"at", to_rfc3339(breach.at)}, {"words", breach.words}});
        list.push_back({{"tag", forecast.keys[key].tag},
                        {"believed_until", json_time(found.believed_until)},
                        {"breaches", breaches}});
    }
    return list;
}

Json roll_json(const OpenZone& open, const KeyRoll& asked, const Forecast& forecast) {
    const std::string zone = zone_text(open.zone.name);
    Json shown{{"zone", zone}, {"dry_run", asked.dry_run}};
    if (asked.emergency)
        shown["exposure"] = exposure_json(open, forecast);
    shown["events"] = Json::array();
    for (const Event& event : forecast.events)
        shown["events"].push_back(to_json(event, forecast.keys, zone));
    return shown;
}

/// What the roll will do, for a dry run, and what it exposes in an emergency. As JSON it is given
/// back.
Result<Json> show(Session& session, const OpenZone& open, const KeyRoll& asked) {
    KASPAR_TRY(const Forecast forecast, foresee_roll(session, open));
    if (session.json())
        return roll_json(open, asked, forecast);
    if (asked.emergency) {
        KASPAR_TRY(const std::string text, exposure_text(session, open, asked, forecast));
        print(text);
    }
    if (asked.dry_run)
        print(fmt::format("dry run, nothing is changed; assumed: {}\n\n{}",
                          assumed({}, open.policy),
                          forecast_text(forecast, zone_text(open.zone.name), false)));
    return Json();
}

bool is_kept(const OpenZone& open, const KeyRoll& asked) {
    const auto& keys = open.remembered.history.keys;
    return std::any_of(keys.begin(), keys.end(), [&](const Key& key) {
        return key.kept && key.wanted && word(key.role) == asked.role;
    });
}

std::string answer(const OpenZone& open, const KeyRoll& asked) {
    const std::string zone = zone_text(open.zone.name);
    const std::string resumed = open.remembered.history.paused
                                    ? fmt::format(", once `kaspar zone resume {}` lets it", zone)
                                    : "";
    if (asked.abort)
        return fmt::format(
            "{0}: the roll of the {1} is taken back from the enforcer's next pass on{2}: the old "
            "key stays, the new one leaves as the rule allows (`kaspar explain {0}`){3}\n",
            zone, asked.role, resumed,
            is_kept(open, asked)
                ? fmt::format("; its lifetime is over, but it rolls only after `kaspar approve {}`",
                              zone)
                : "");
    return fmt::format("{}: the {} rolls from the enforcer's next pass on{}\n", zone, asked.role,
                       resumed);
}

/// What is to be shown as JSON; null: nothing.
Result<Json> roll_zone(Session& session, const KeyRoll& asked, Role role) {
    KASPAR_TRY(OpenZone open, OpenZone::open(session, asked.zone));
    const auto before = states_of(open.remembered, open.policy, session.now());
    KASPAR_CHECK(ask(session, open, asked, role));
    Json shown;
    if (asked.emergency || asked.dry_run) {
        KASPAR_TRY(shown, show(session, open, asked));
    }
    if (asked.dry_run)
        return shown;
    KASPAR_CHECK(open.close(session, before));
    if (!session.json())
        print(answer(open, asked));
    return shown;
}

/// Every zone of a policy; one that is refused stops no other.
Ending roll_policy(Session& session, KeyRoll asked, Role role) {
    KASPAR_TRY(const auto all, zones(session.database()));
    std::size_t found = 0, refused = 0;
    Json list = Json::array();
    for (const Zone& zone : all) {
        if (zone.policy != *asked.policy)
            continue;
        ++found;
        asked.zone = zone_text(zone.name);
        if (auto shown = roll_zone(session, asked, role); !shown.ok()) {
            complain("kaspar", shown.fault().words);
            ++refused;
        } else if (!shown->is_null()) {
            list.push_back(*std::move(shown));
        }
    }
    if (session.json() && (asked.dry_run || asked.emergency))
        print(list.dump(2) + "\n");
    if (found == 0)
        return Fault{
            FaultClass::input,
            fmt::format("no zone has policy '{}'; `kaspar policy list` lists them", *asked.policy)};
    return refused == 0 ? ExitStatus::done : ExitStatus::attention;
}

bool awaits_approval(const OpenZone& open, Time now) {
    const auto waits = plan(open.remembered.history, open.policy, now).waits;
    return std::any_of(waits.begin(), waits.end(),
                       [](const Wait& wait) { return wait.on == Waiting::approval; });
}

}  // namespace

Ending key_roll(Session& session, const KeyRoll& asked) {
    const auto role = role_from_text(asked.role);
    if (!role)
        return Fault{FaultClass::usage,
                     fmt::format("--role: '{}' is not a role; say ksk, zsk or csk", asked.role)};
    if (asked.policy.has_value() != asked.zone.empty() || (asked.policy && asked.unsafe))
        return Fault{FaultClass::usage,
                     "name one zone, or --policy for all its zones; --unsafe is for one zone only"};
    if (asked.policy)
        return roll_policy(session, asked, *role);
    KASPAR_TRY(const Json shown, roll_zone(session, asked, *role));
    if (!shown.is_null())
        print(shown.dump(2) + "\n");
    return ExitStatus::done;
}

Ending approve(Session& session, const std::string& zone) {
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

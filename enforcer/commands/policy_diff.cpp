#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/system/terminal.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/core/contrast.h"
#include "enforcer/policy/text.h"
#include "enforcer/policy_book.h"

namespace kaspar::enforcer {

namespace {

constexpr Duration horizon = std::chrono::days{365};

/// More rows than this hide what matters; --json has all.
constexpr std::size_t rows_shown = 24;

struct ChangedField {
    std::string path;
    std::optional<std::string> from, to;
};

struct ZoneEffect {
    std::string zone;
    Forecast before, after;
    std::vector<Difference> differences;  ///< point into the forecasts
};

struct PolicyDiff {
    Policy before, after;
    std::vector<ChangedField> fields;
    std::vector<ZoneEffect> zones;
    std::vector<std::string> unknown;  ///< zones that cannot be told, with the reason
};

// ---- Finding the differences ------------------------------------------------------------------

std::vector<ChangedField> changed_fields(const Policy& before, const Policy& after) {
    const auto old_lines = policy_lines(before), new_lines = policy_lines(after);
    const std::map<std::string, std::string> old_values(old_lines.begin(), old_lines.end());
    const std::map<std::string, std::string> new_values(new_lines.begin(), new_lines.end());
    const auto value = [](const auto& values, const std::string& path) {
        const auto found = values.find(path);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
    std::vector<ChangedField> changed;
    for (const auto& [path, text] : new_lines)
        if (value(old_values, path) != text)
            changed.push_back({path, value(old_values, path), text});
    for (const auto& [path, text] : old_lines)
        if (!new_values.contains(path))
            changed.push_back({path, text, std::nullopt});
    return changed;
}

/// So that zones on which the effect is the same are told alike: "present zsk" instead of a tag.
void name_keys(History& history) {
    for (Key& key : history.keys) {
        const auto same = std::count_if(history.keys.begin(), history.keys.end(),
                                        [&](const Key& other) { return other.role == key.role; });
        if (same == 1)
            key.name = fmt::format("present {}", word(key.role));
    }
}

Result<ZoneEffect> effect_on(Session& session, const Zone& zone, const PolicyDiff& diff) {
    KASPAR_TRY(Outset outset, outset_of(session, zone));
    name_keys(outset.history);
    const Time now = session.now();
    ZoneEffect effect{zone_text(zone.name),
                      foresee(outset, diff.before, now, now + horizon),
                      foresee(std::move(outset), diff.after, now, now + horizon),
                      {}};
    return effect;
}

Fault too_much(const std::string& zone, const std::string& file) {
    return {FaultClass::refused,
            fmt::format("{}: zone {} would never come to rest within a year: its keys would be "
                        "replaced again and again; give the keys longer lifetimes",
                        file, zone)};
}

Result<PolicyDiff> find_diff(Session& session, const std::string& name, const std::string& file) {
    PolicyDiff diff;
    KASPAR_TRY(const auto stored, find_policy(session.database(), name));
    if (stored) {
        KASPAR_TRY(diff.before, policy_in_force(session.database(), name));
    } else {
        KASPAR_TRY(diff.before, known_policy(session.configuration(), name));
    }
    KASPAR_TRY(diff.after, checked_policy(session.configuration(), file));
    diff.after.name = diff.before.name;
    diff.fields = changed_fields(diff.before, diff.after);
    KASPAR_TRY(const auto all, zones(session.database()));
    for (const Zone& zone : all) {
        if (zone.policy != name)
            continue;
        auto effect = effect_on(session, zone, diff);
        if (!effect.ok()) {
            diff.unknown.push_back(effect.fault().words);
            continue;
        }
        if (effect->after.cut_off && !effect->before.cut_off)
            return too_much(effect->zone, file);
        diff.zones.push_back(std::move(*effect));
    }
    for (ZoneEffect& effect : diff.zones)
        effect.differences = contrast(effect.before, effect.after);
    return diff;
}

// ---- The big things first ---------------------------------------------------------------------

std::string counted(std::size_t zones, std::string_view one, std::string_view more) {
    return zones == 1 ? fmt::format("1 zone {}", one) : fmt::format("{} zones {}", zones, more);
}

std::string algorithms_of(const Policy& policy, bool names) {
    std::set<Algorithm> found;
    for (const KeySlot& slot : policy.keys)
        found.insert(slot.algorithm);
    std::vector<std::string> words;
    for (const Algorithm algorithm : found)
        words.push_back(names ? std::string(facts(algorithm).mnemonic)
                              : std::to_string(static_cast<int>(algorithm)));
    return fmt::format("{}", fmt::join(words, "+"));
}

std::string roles_of(const Policy& policy) {
    std::set<Role> found;
    for (const KeySlot& slot : policy.keys)
        found.insert(slot.role);
    std::vector<std::string_view> words;
    for (const Role role : found)
        words.push_back(word(role));
    return fmt::format("{}", fmt::join(words, "+"));
}

/// A standby key takes nobody's place.
bool makes_successor(const Forecast& forecast, const Event& event) {
    return event.kind == EventKind::key_made && !forecast.keys[event.keys.front()].standby;
}

/// How many zones begin to replace keys at once that would not under the policy in force.
std::size_t rolling_at_once(const PolicyDiff& diff, Time now) {
    return static_cast<std::size_t>(
        std::count_if(diff.zones.begin(), diff.zones.end(), [&](const ZoneEffect& effect) {
            return std::any_of(effect.differences.begin(), effect.differences.end(),
                               [&](const Difference& difference) {
                                   return difference.after != nullptr &&
                                          difference.after->at <= now &&
                                          makes_successor(effect.after, *difference.after);
                               });
        }));
}

std::size_t affected(const PolicyDiff& diff) {
    return static_cast<std::size_t>(
        std::count_if(diff.zones.begin(), diff.zones.end(),
                      [](const ZoneEffect& effect) { return !effect.differences.empty(); }));
}

unsigned standby_keys(const Policy& policy) {
    unsigned keys = 0;
    for (const KeySlot& slot : policy.keys)
        keys += slot.standby;
    return keys;
}

/// The changes of keys that the policy itself tells, whatever the zones' keys are now.
std::vector<std::string> key_headlines(const PolicyDiff& diff, std::size_t zones) {
    const Policy &before = diff.before, &after = diff.after;
    if (before.keys.empty() != after.keys.empty())
        return {after.keys.empty() ? counted(zones, "would go insecure", "would go insecure") +
                                         ": the DS goes first, then signatures and DNSKEY"
                                   : counted(zones, "would become secure", "would become secure")};
    std::vector<std::string> lines;
    if (algorithms_of(before, false) != algorithms_of(after, false))
        lines.push_back(fmt::format("{}: {} → {} ({} → {})",
                                    counted(zones, "changes algorithm", "change algorithm"),
                                    algorithms_of(before, false), algorithms_of(after, false),
                                    algorithms_of(before, true), algorithms_of(after, true)));
    if (roles_of(before) != roles_of(after))
        lines.push_back(fmt::format("{}: {} → {}",
                                    counted(zones, "changes scheme", "change scheme"),
                                    roles_of(before), roles_of(after)));
    if (standby_keys(before) != standby_keys(after))
        lines.push_back(fmt::format(
            "{}: {} → {}", counted(zones, "changes its standby keys", "change their standby keys"),
            standby_keys(before), standby_keys(after)));
    return lines;
}

std::vector<std::string> headlines(const PolicyDiff& diff, Time now) {
    const std::size_t zones = diff.zones.size() + diff.unknown.size();
    if (diff.fields.empty())
        return {"nothing is changed; no zone is affected"};
    if (zones == 0)
        return {"no zone has this policy; no zone is affected"};
    auto lines = key_headlines(diff, zones);
    const std::size_t rolling = rolling_at_once(diff, now);
    if (lines.empty() && rolling > 0)
        lines.push_back(counted(rolling, "replaces keys at once", "replace keys at once"));
    if (affected(diff) == 0)
        lines.push_back(fmt::format(
            "no roll of any zone is affected within a year; {} signed with the new values from the "
            "enforcer's next pass on",
            counted(zones, "is", "are")));
    else if (lines.empty())
        lines.push_back(counted(affected(diff), "rolls its keys", "roll their keys") +
                        " at other times or in another way");
    return lines;
}

// ---- Telling ----------------------------------------------------------------------------------

Json to_json(const Difference& difference) {
    const Event* before = difference.before;
    const Event* after = difference.after;
    const Event& event = after != nullptr ? *after : *before;
    return {{"kind", word(event.kind)},
            {"what", event.what},
            {"why", event.why},
            {"before", before != nullptr ? Json(to_rfc3339(before->at)) : Json()},
            {"after", after != nullptr ? Json(to_rfc3339(after->at)) : Json()}};
}

Json to_json(const PolicyDiff& diff, const std::string& file, Time now) {
    Json fields = Json::array(), zones = Json::array();
    for (const ChangedField& field : diff.fields)
        fields.push_back({{"field", field.path},
                          {"from", field.from ? Json(*field.from) : Json()},
                          {"to", field.to ? Json(*field.to) : Json()}});
    for (const ZoneEffect& effect : diff.zones) {
        Json events = Json::array();
        for (const Difference& difference : effect.differences)
            events.push_back(to_json(difference));
        zones.push_back({{"zone", effect.zone}, {"events", events}});
    }
    return {{"policy", diff.before.name},
            {"file", file},
            {"until", to_rfc3339(now + horizon)},
            {"fields", fields},
            {"headlines", headlines(diff, now)},
            {"zones", zones},
            {"unknown", diff.unknown}};
}

/// Those that say most; the others follow from them.
bool is_shown(const Difference& difference) {
    const EventKind kind =
        difference.after != nullptr ? difference.after->kind : difference.before->kind;
    return kind == EventKind::key_made || kind == EventKind::move || kind == EventKind::approved ||
           kind == EventKind::purged;
}

std::string effect_table(const ZoneEffect& effect) {
    Table table({{"in force"}, {"edited"}, {"what"}});
    std::size_t shown = 0, more = 0;
    const auto at = [](const Event* event) {
        return event == nullptr ? std::string("-") : to_rfc3339(event->at);
    };
    for (const Difference& difference : effect.differences) {
        if (!is_shown(difference))
            continue;
        if (shown == rows_shown) {
            ++more;
            continue;
        }
        ++shown;
        const Event& event = difference.after != nullptr ? *difference.after : *difference.before;
        table.add({at(difference.before), at(difference.after), in_words(event)});
    }
    return table.text(standard_output()) +
           (more == 0 ? "" : fmt::format("… and {} more within a year; --json has all\n", more));
}

std::string effects_text(const PolicyDiff& diff) {
    std::map<std::string, std::vector<std::string>> groups;  // effect → zones
    for (const ZoneEffect& effect : diff.zones)
        if (!effect.differences.empty())
            groups[effect_table(effect)].push_back(effect.zone);
    std::string text;
    for (const auto& [effect, zones] : groups)
        text += fmt::format("\n{}:\n{}", fmt::join(zones, ", "), effect);
    for (const std::string& fault : diff.unknown)
        text += fmt::format("\ncannot be told: {}\n", fault);
    return text;
}

std::string to_text(const PolicyDiff& diff, Time now) {
    std::string text;
    for (const std::string& line : headlines(diff, now))
        text += line + "\n";
    if (!diff.fields.empty())
        text += "\n";
    for (const ChangedField& field : diff.fields)
        text += fmt::format("{}: {} → {}\n", field.path, field.from.value_or("(none)"),
                            field.to.value_or("(none)"));
    const std::string effects = effects_text(diff);
    return effects.empty()
               ? text
               : fmt::format("{}\nassumed: {}\n{}", text, assumed({}, diff.after), effects);
}

}  // namespace

Ending policy_diff(Session& session, const std::string& name, const std::string& file) {
    KASPAR_TRY(const PolicyDiff diff, find_diff(session, name, file));
    print(session.json() ? to_json(diff, file, session.now()).dump(2) + "\n"
                         : to_text(diff, session.now()));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

#include "enforcer/commands/outlook.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/system/terminal.h"
#include "enforcer/core/words.h"
#include "enforcer/key_reserve.h"
#include "enforcer/report_intake.h"

namespace kaspar::enforcer {

namespace {

Json about(const Key& key) {
    return {{"tag", key.name.empty() ? Json(key.tag) : Json()},
            {"name", title(key)},
            {"role", word(key.role)},
            {"algorithm", facts(key.algorithm).mnemonic}};
}

std::string event_table(const Forecast& forecast, const std::string& zone, bool all) {
    Table table({{"when"}, {"in"}, {"who"}, {"what"}});
    std::optional<Time> last;
    for (const Event& event : forecast.events) {
        if (!is_shown(event, all))
            continue;
        const bool same = last == event.at;
        last = event.at;
        const std::string command = command_for(event, zone);
        table.add({same ? "" : to_rfc3339(event.at),
                   same                        ? ""
                   : event.at <= forecast.from ? "now"
                                               : brief(event.at - forecast.from),
                   whom(event.actor),
                   {in_words(event) + (command.empty() ? "" : ": `" + command + "`"),
                    command.empty() ? Tint::plain : Tint::warning}});
    }
    return table.empty() ? "nothing is to happen\n" : table.text(standard_output());
}

std::string end_line(const Forecast& forecast) {
    if (forecast.cut_off)
        return fmt::format("cut off at {}: more happens than a forecast holds; say --until\n",
                           to_rfc3339(forecast.until));
    return fmt::format("until {}\n", to_rfc3339(forecast.until));
}

}  // namespace

Result<Outset> outset_of(Session& session, const Zone& zone) {
    KASPAR_TRY(Remembered remembered, load_history(session.database(), zone));
    KASPAR_TRY(const Policy policy, policy_for(session.database(), zone));
    KASPAR_TRY(remembered.history.pending, pending_keys(session.with(), zone, policy));
    KASPAR_TRY(const auto rows, keys_of(session.database(), zone.id));
    Outset outset{std::move(remembered.history),
                  static_cast<std::uint64_t>(zone.report.generation.value_or(0)),
                  {}};
    for (const StoredKey& row : rows) {
        if (row.progress != KeyProgress::ready || !row.out_of_use_since)
            continue;
        Key key{};
        key.id = row.id;
        key.role = row.role;
        key.algorithm = row.algorithm;
        key.bits = row.bits;
        key.keystores = row.keystores;
        key.tag = row.dnskey->tag();
        key.created = row.created;
        outset.retired.push_back({std::move(key), *row.out_of_use_since});
    }
    return outset;
}

Result<Forecast> foresee_zone(Session& session, const Zone& zone, std::optional<Time> until,
                              const Assumptions& assumptions) {
    KASPAR_TRY(const Policy policy, policy_for(session.database(), zone));
    KASPAR_TRY(Outset outset, outset_of(session, zone));
    return foresee(std::move(outset), policy, session.now(), until, assumptions);
}

std::vector<std::string> reservations(Session& session, const ZoneView& view) {
    std::vector<std::string> found;
    if (view.zone.trouble)
        found.push_back("the zone stands still until this is mended: " + *view.zone.trouble);
    if (view.policy_fault)
        found.push_back(fmt::format("policy {}: the file as it is now is not in force: {}",
                                    view.zone.policy, *view.policy_fault));
    if (view.report && report_is_new(session.configuration(), view.zone.name, view.zone.report))
        found.push_back(
            "the enforcer has not taken in the signer's last report; its next pass may shorten "
            "waits");
    return found;
}

std::string command_for(EventKind kind, const std::string& zone) {
    switch (kind) {
        case EventKind::resumed:
            return "kaspar zone resume " + zone;
        case EventKind::approved:
            return "kaspar approve " + zone;
        case EventKind::published:
            return "kaspar-signer once --zone " + zone;
        case EventKind::ds_asked:
            return "kaspar ds show " + zone;
        case EventKind::ds_seen:
            return "kaspar ds seen " + zone;
        case EventKind::ds_gone:
            return "kaspar ds gone " + zone;
        default:
            return "";
    }
}

std::string command_for(const Event& event, const std::string& zone) {
    const bool of_parent = event.kind == EventKind::ds_seen || event.kind == EventKind::ds_gone;
    return of_parent && event.actor == Actor::parent ? "" : command_for(event.kind, zone);
}

namespace {

/// What a person can do so that the parent has, or no longer has, DS of these keys; and what ends
/// the wait then.
std::string commands_to_confirm(KeySet keys, const History& history, const Policy& policy,
                                const std::string& zone) {
    const bool observed = policy.confirm == ParentConfirmation::observed;
    const bool both = policy.confirm == ParentConfirmation::both;
    const KeySet awaited = (ds_awaited(history) & keys) - (both ? history.said_seen : KeySet{});
    const KeySet to_go = (ds_to_go(history) & keys) - (both ? history.said_gone : KeySet{});
    std::vector<std::string> commands;
    if (observed)
        commands.push_back((policy.ds_submit ? "kaspar ds submit " : "kaspar ds show ") + zone);
    if (!observed && !awaited.empty())
        commands.push_back(command_for(EventKind::ds_seen, zone));
    if (!observed && !to_go.empty())
        commands.push_back(command_for(EventKind::ds_gone, zone));
    if (observed || commands.empty())
        commands.push_back("kaspar ds check " + zone);
    return fmt::format("{}", fmt::join(commands, "; "));
}

}  // namespace

std::string commands_for(const Wait& wait, const History& history, const Policy& policy,
                         const std::string& zone) {
    switch (wait.on) {
        case Waiting::signer:
            return command_for(EventKind::published, zone);
        case Waiting::servers:
            return "kaspar zone check " + zone;
        case Waiting::approval:
            return command_for(EventKind::approved, zone);
        case Waiting::operator_pause:
            return command_for(EventKind::resumed, zone);
        case Waiting::parent: {
            const KeySet all = ds_awaited(history) | ds_to_go(history);
            return commands_to_confirm((wait.keys & all).empty() ? all : wait.keys, history, policy,
                                       zone);
        }
        default:
            return "";
    }
}

std::string when(Time at, Time now) {
    return at <= now ? to_rfc3339(at) + " (now)"
                     : fmt::format("{} (in {})", to_rfc3339(at), brief(at - now));
}

bool is_shown(const Event& event, bool all) {
    return all || (event.kind != EventKind::state && event.kind != EventKind::goal);
}

std::string whom(Actor actor) {
    return actor == Actor::person ? "you" : std::string(word(actor));
}

std::string in_words(const Event& event) {
    const bool told_elsewhere = event.kind == EventKind::move && !event.in_spite_of;
    if (event.why.empty() || told_elsewhere)
        return event.what;
    return fmt::format("{} ({})", event.what, event.why);
}

Json to_json(const Event& event, const std::vector<Key>& keys, const std::string& zone) {
    Json named = Json::array();
    for (const std::size_t key : event.keys)
        named.push_back(about(keys[key]));
    const std::string command = command_for(event, zone);
    Json told = {{"at", to_rfc3339(event.at)},
                 {"kind", word(event.kind)},
                 {"who", word(event.actor)},
                 {"what", event.what},
                 {"why", event.why},
                 {"command", command.empty() ? Json() : Json(command)},
                 {"keys", named}};
    if (event.state) {
        told["record"] = event.state->record->word;
        told["from"] = word(event.state->from);
        told["to"] = word(event.state->to);
    }
    return told;
}

std::string forecast_text(const Forecast& forecast, const std::string& zone, bool all_states) {
    return event_table(forecast, zone, all_states) + end_line(forecast);
}

std::string assumed(const Assumptions& assumptions, const Policy& policy) {
    const std::string parent =
        !assumptions.parent_answers
            ? "no change of DS is ever confirmed"
            : fmt::format(
                  "the parent has each DS set {} it is asked for, and that is confirmed "
                  "then",
                  policy.registration_delay == Duration{0}
                      ? "as soon as"
                      : format_duration(policy.registration_delay) + " after");
    return fmt::format("the signer publishes at once and replaces old signatures {}; {}; {}{}",
                       policy.signatures.renew_at_once ? "at once" : "as they come due", parent,
                       assumptions.approvals ? "people approve, copy and back up keys at once"
                                             : "nobody approves, copies or backs up anything",
                       policy.shared_keys ? "; a new key may be one that another zone of the "
                                            "policy has, and is purged once none needs it"
                                          : "");
}

}  // namespace kaspar::enforcer

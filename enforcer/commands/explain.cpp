#include <fmt/format.h>

#include <algorithm>

#include "enforcer/commands/commands.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/core/explanation.h"
#include "enforcer/core/words.h"

namespace kaspar::enforcer {

namespace {

/// What holds the zone as a whole.
struct ZoneWait {
    std::string what, why;
    std::string who;      ///< "you", "signer", "parent", "time"
    std::string command;  ///< empty: none ends it
    std::optional<Time> until;
};

struct Explanation {
    std::vector<ZoneWait> waits;
    std::vector<HeldRecord> records;
    std::vector<std::optional<Time>> expected;  ///< of each record, if all others act at once
    std::optional<Event> next;                  ///< of the forecast, that changes anything
    std::vector<Key> keys;                      ///< those of `next`
};

std::string who(Waiting on, const Policy& policy) {
    switch (on) {
        case Waiting::parent:
            return policy.confirm == ParentConfirmation::observed ? "parent" : "you";
        case Waiting::signer:
            return "signer";
        case Waiting::servers:
            return "servers";
        case Waiting::time:
            return "time";
        default:
            return "you";
    }
}

void add_shell_waits(const ZoneView& view, std::vector<ZoneWait>& waits) {
    if (view.zone.trouble)
        waits.push_back({"the zone stands still", *view.zone.trouble, "you", "", {}});
    if (view.policy_fault)
        waits.push_back(
            {fmt::format("policy {}: the file as it is now is not in force", view.zone.policy),
             *view.policy_fault,
             "you",
             fmt::format("kaspar policy check {}.json", view.zone.policy),
             {}});
    if (view.plan.changes_anything() && !view.zone.trouble)
        waits.push_back({"the enforcer's next pass",
                         "there is something that it can do now",
                         "enforcer",
                         "kaspar-enforcer once",
                         {}});
    const History& history = view.remembered.history;
    const std::uint64_t reported =
        view.report && view.report->publication ? view.report->publication->generation : 0;
    if (reported < history.generation)
        waits.push_back({fmt::format("instruction {} to be published", history.generation),
                         reported == 0
                             ? "the signer has not published the zone yet"
                             : fmt::format("the signer has published instruction {}", reported),
                         "signer",
                         command_for(EventKind::published, view.name()),
                         {}});
}

/// Waits that are not for a move of records: keys to be approved, pause, clock, DS to be confirmed.
void add_plan_waits(const ZoneView& view, std::vector<ZoneWait>& waits) {
    for (const Wait& wait : view.plan.waits)
        if (!wait.next)
            waits.push_back({wait.what, wait.why, who(wait.on, view.policy),
                             commands_for(wait, view.remembered.history, view.policy, view.name()),
                             wait.until});
}

std::optional<Time> expected_at(const Forecast& forecast, const HeldRecord& held,
                                const History& history) {
    for (const Event& event : forecast.events)
        if (event.state && event.state->to == held.goal && event.state->record == held.record &&
            forecast.keys[event.keys.front()].id == history.keys[held.key].id)
            return event.at;
    return std::nullopt;
}

bool changes_something(const Event& event) {
    return event.kind == EventKind::key_made || event.kind == EventKind::move ||
           event.kind == EventKind::approved || event.kind == EventKind::key_kept;
}

Result<Explanation> explanation_of(Session& session, const ZoneView& view) {
    Explanation found;
    const History& history = view.remembered.history;
    add_shell_waits(view, found.waits);
    add_plan_waits(view, found.waits);
    if (const auto loaded = load_history(session.database(), view.zone); !loaded.ok())
        return found;  // its trouble is told already
    found.records = held_records(history, view.policy, view.plan, session.now());
    KASPAR_TRY(Outset outset, outset_of(session, view.zone));
    Forecast forecast = foresee(std::move(outset), view.policy, session.now(), {});
    for (const HeldRecord& held : found.records)
        found.expected.push_back(expected_at(forecast, held, history));
    const auto next =
        std::find_if(forecast.events.begin(), forecast.events.end(), changes_something);
    if (next != forecast.events.end())
        found.next = *next;
    found.keys = std::move(forecast.keys);
    return found;
}

std::string command_of(const HeldRecord& held, const ZoneView& view) {
    const bool its_ds = held.record->state == &KeyStates::ds && held.on == Waiting::parent &&
                        view.policy.confirm == ParentConfirmation::manual;
    if (its_ds && held.state == RecordState::rumoured)
        return command_for(EventKind::ds_seen, view.name());
    if (its_ds && held.state == RecordState::unretentive)
        return command_for(EventKind::ds_gone, view.name());
    return commands_for(Wait{KeySet::of(held.key), "", "", held.on, {}}, view.remembered.history,
                        view.policy, view.name());
}

// ---- JSON -------------------------------------------------------------------------------------

Json optional_text(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

Json to_json(const Explanation& explanation, const ZoneView& view, Time now) {
    Json waits = Json::array(), records = Json::array();
    for (const ZoneWait& wait : explanation.waits)
        waits.push_back({{"what", wait.what},
                         {"why", wait.why},
                         {"who", wait.who},
                         {"command", optional_text(wait.command)},
                         {"until", json_time(wait.until)}});
    for (std::size_t i = 0; i < explanation.records.size(); ++i) {
        const HeldRecord& held = explanation.records[i];
        const Key& key = view.remembered.history.keys[held.key];
        records.push_back({{"tag", key.tag},
                           {"role", word(key.role)},
                           {"record", held.record->word},
                           {"state", word(held.state)},
                           {"goal", word(held.goal)},
                           {"waits_for", held.next},
                           {"why", held.why},
                           {"on", word(held.on)},
                           {"until", json_time(held.until)},
                           {"who", who(held.on, view.policy)},
                           {"command", optional_text(command_of(held, view))},
                           {"expected", json_time(explanation.expected[i])}});
    }
    return {
        {"zone", view.name()},
        {"at", to_rfc3339(now)},
        {"good", records.empty() && waits.empty()},
        {"waits", waits},
        {"records", records},
        {"next_event",
         explanation.next ? to_json(*explanation.next, explanation.keys, view.name()) : Json()}};
}

// ---- Text -------------------------------------------------------------------------------------

std::string end_of(Waiting on, const std::optional<Time>& until, const std::string& command,
                   Time now) {
    if (until)
        return when(*until, now);
    if (!command.empty())
        return fmt::format("when {}: {}",
                           on == Waiting::signer    ? "the signer has run"
                           : on == Waiting::servers ? "all servers serve it"
                           : command.find("ds check") != std::string::npos
                               ? "all servers of the parent show it"
                               : "you say so",
                           command);
    return "when somebody acts";
}

std::string zone_wait_text(const ZoneWait& wait, Time now) {
    std::string text = fmt::format("{}\n  because   {}\n", wait.what, wait.why);
    if (wait.until)
        text += fmt::format("  until     {}\n", when(*wait.until, now));
    if (!wait.command.empty())
        text += fmt::format("  {:<9} {}\n", wait.who, wait.command);
    return text + "\n";
}

bool same_cause(const HeldRecord& a, const HeldRecord& b) {
    return a.next == b.next && a.why == b.why && a.on == b.on && a.until == b.until &&
           (a.on != Waiting::parent || a.state == b.state);
}

/// Records that the same thing holds, in one paragraph; marks them as told.
std::string paragraph(const Explanation& explanation, std::size_t first, std::vector<bool>& told,
                      const ZoneView& view, Time now) {
    const HeldRecord& cause = explanation.records[first];
    std::string text;
    for (std::size_t i = first; i < explanation.records.size(); ++i) {
        const HeldRecord& held = explanation.records[i];
        if (told[i] || !same_cause(cause, held))
            continue;
        told[i] = true;
        text += fmt::format("{} of {}: {}, to be {}", held.record->name,
                            title(view.remembered.history.keys[held.key]), word(held.state),
                            word(held.goal));
        text += explanation.expected[i]
                    ? fmt::format("; foreseen at {}\n", to_rfc3339(*explanation.expected[i]))
                    : "\n";
    }
    return text + fmt::format("  waits for {}\n  because   {}\n  until     {}\n\n", cause.next,
                              cause.why,
                              end_of(cause.on, cause.until, command_of(cause, view), now));
}

std::string next_line(const Explanation& explanation, const ZoneView& view, Time now) {
    if (!explanation.next)
        return "nothing is to happen within a year\n";
    const Event& next = *explanation.next;
    return fmt::format("next{}: {}: {}\n", view.zone.trouble ? ", once that is mended" : "",
                       when(next.at, now), in_words(next));
}

std::string to_text(const Explanation& explanation, const ZoneView& view, Time now) {
    std::string text;
    for (const ZoneWait& wait : explanation.waits)
        text += zone_wait_text(wait, now);
    std::vector<bool> told(explanation.records.size(), false);
    for (std::size_t i = 0; i < told.size(); ++i)
        if (!told[i])
            text += paragraph(explanation, i, told, view, now);
    if (explanation.waits.empty() && explanation.records.empty())
        text += "everything is where it should be\n";
    return text + next_line(explanation, view, now);
}

}  // namespace

Ending explain(Session& session, const std::string& name) {
    KASPAR_TRY(const Zone zone, known_zone(session.database(), name));
    KASPAR_TRY(const ZoneView view, view_zone(session.with(), zone));
    KASPAR_TRY(const Explanation explanation, explanation_of(session, view));
    print(session.json() ? to_json(explanation, view, session.now()).dump(2) + "\n"
                         : to_text(explanation, view, session.now()));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

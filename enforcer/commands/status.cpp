#include <fmt/format.h>

#include <algorithm>

#include "common/system/terminal.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/comparison.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/commands/summary.h"
#include "enforcer/commands/troubles.h"
#include "enforcer/commands/view.h"
#include "enforcer/state_changes.h"

namespace kaspar::enforcer {

namespace {

/// One zone's trouble must not push the other zones off the screen; `status NAME` has it all.
std::string shortened(const std::string& text) {
    constexpr std::size_t most = 72;
    if (text.size() <= most)
        return text;
    const auto blank = text.rfind(' ', most);  // never inside a character of several octets
    return blank == std::string::npos ? text : text.substr(0, blank) + " …";
}

Cell in_a_line(const ZoneView& view, Time now) {
    const Cell whole = summary(view, now);
    return {shortened(whole.text), whole.tint};
}

void show_all(std::vector<ZoneView>& views, Time now) {
    std::stable_sort(views.begin(), views.end(), expires_before);
    Table table({{"expires in"},
                 {"zone"},
                 {"policy"},
                 {"serial"},
                 {"next event"},
                 {"rolls"},
                 {"waits for"}});
    for (const ZoneView& view : views)
        table.add({time_left(view, now), view.name(), view.zone.policy,
                   view.serial() ? std::to_string(*view.serial()) : "-",
                   until(view.next_event, now), rolls(view, now), in_a_line(view, now)});
    print(table.text(standard_output()));
}

std::string condition(const Key& key) {
    return !key.wanted ? "leaves" : key.standby ? "standby" : "in use";
}

std::string key_table(const ZoneView& view, Time now) {
    Table table({{"tag", Column::Align::right},
                 {"role"},
                 {"alg", Column::Align::right},
                 {"goal"},
                 {"DS"},
                 {"DNSKEY"},
                 {"DNSKEY sig"},
                 {"zone sigs"}});
    for (const KeyIndex index : in_order(view.remembered)) {
        const Key& key = view.remembered.history.keys[index];
        const KeyStates states = key_states(view.remembered.history, index, view.policy, now);
        table.add({std::to_string(key.tag), std::string(word(key.role)),
                   std::to_string(static_cast<int>(key.algorithm)), condition(key),
                   std::string(word(states.ds)), std::string(word(states.dnskey)),
                   std::string(word(states.dnskey_signature)),
                   std::string(word(states.zone_signatures))});
    }
    return table.text(standard_output());
}

std::string published_line(const ZoneView& view) {
    if (!view.report || !view.report->publication)
        return "published     nothing yet\n";
    const Publication& publication = *view.report->publication;
    return fmt::format("published     serial {} at {}, {} records, {} signatures\n",
                       publication.serial, to_rfc3339(publication.published), publication.records,
                       publication.signatures);
}

std::string run_line(const ZoneView& view) {
    if (!view.report)
        return "";
    return fmt::format("last run      {} at {}\n", word(view.report->last_run.outcome),
                       to_rfc3339(view.report->last_run.at));
}

std::string next_event_line(const ZoneView& view, Time now) {
    if (!view.next_event)
        return "next event    -\n";
    return fmt::format("next event    {} ({}){}\n", until(view.next_event, now),
                       to_rfc3339(*view.next_event),
                       *view.next_event <= now ? ": kaspar-enforcer has work" : "");
}

std::string command_line_for(const ZoneView& view, const Wait& wait) {
    const auto command = commands_for(wait, view.remembered.history, view.policy, view.name());
    return command.empty() ? "" : "  " + tinted(command, Tint::warning, standard_output()) + "\n";
}

std::string submission_line(const Submission& one) {
    if (one.done)
        return fmt::format("{:<13} done at {}\n", word(one.way), to_rfc3339(*one.done));
    if (one.tries == 0)
        return fmt::format("{:<13} at the enforcer's next pass\n", word(one.way));
    return fmt::format("{:<13} failed {}, next try {}: {}\n", word(one.way),
                       one.tries == 1 ? "once" : fmt::format("{} times", one.tries),
                       to_rfc3339(*one.due), one.trouble);
}

/// "; since 2026-11-24T00:00:00Z", "; until …".
std::string limits(const ZoneView& view, const Wait& wait) {
    if (wait.until)
        return "; until " + to_rfc3339(*wait.until);
    const auto since = waiting_since(view, wait);
    return since ? "; since " + to_rfc3339(*since) : "";
}

void show_one(const ZoneView& view, Time now) {
    const Terminal terminal = standard_output();
    const auto expiry = view.first_expiry();
    const Cell left = time_left(view, now);
    std::string text = fmt::format("first expiry  {}{}\n", tinted(left.text, left.tint, terminal),
                                   expiry ? " (" + to_rfc3339(*expiry) + ")" : "");
    text += fmt::format("zone          {}, policy {}\n", view.name(), view.zone.policy);
    text += published_line(view) + run_line(view);
    text += fmt::format("instruction   {}\n", view.remembered.history.generation);
    text += next_event_line(view, now);
    for (const std::string& need : needs_a_person(view, now))
        text += fmt::format("{}  {}\n", tinted("needs you   ", Tint::bad, terminal), need);
    if (!view.remembered.rows.empty())
        text += "\n" + key_table(view, now);
    if (const Comparison compared = compare(view, view.answers); !compared.servers.empty())
        text += fmt::format("\nthe parent's servers, as they were asked at {}\n{}",
                            to_rfc3339(view.answers.front().at), comparison_table(compared));
    for (const Submission& one : view.submissions)
        text += submission_line(one);
    if (!view.plan.waits.empty())
        text += "\n";
    for (const Wait& wait : view.plan.waits)
        text += fmt::format("waits for {}\n  {}{}\n{}", wait_line(wait), wait.why,
                            limits(view, wait), command_line_for(view, wait));
    print(text);
}

Outcome show_failing_stores(Session& session, std::span<const ZoneView> views) {
    KASPAR_TRY(const auto failing, failing_keystores(session.database()));
    for (const FailingKeyStore& store : failing)
        print(fmt::format("{}  {}\n", tinted("needs you   ", Tint::bad, standard_output()),
                          words_of(store, views, session.now())));
    return Done{};
}

}  // namespace

Ending status(Session& session, const std::optional<std::string>& name) {
    if (name) {
        KASPAR_TRY(const Zone zone, known_zone(session.database(), *name));
        KASPAR_TRY(const ZoneView view, view_zone(session.with(), zone));
        if (session.json()) {
            print(to_json(view, session.now()).dump(2) + "\n");
        } else {
            show_one(view, session.now());
            KASPAR_CHECK(show_failing_stores(session, std::span(&view, 1)));
        }
        return ExitStatus::done;
    }
    KASPAR_TRY(auto views, view_all(session.with()));
    if (!session.json()) {
        if (views.empty())
            print("no zones yet; `kaspar zone add` adds one\n");
        else
            show_all(views, session.now());
        KASPAR_CHECK(show_failing_stores(session, views));
        return ExitStatus::done;
    }
    Json all = Json::array();
    for (const ZoneView& view : views)
        all.push_back(to_json(view, session.now()));
    print(all.dump(2) + "\n");
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

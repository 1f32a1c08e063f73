#include "enforcer/report/chapter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "enforcer/commands/comparison.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/commands/summary.h"
#include "enforcer/commands/troubles.h"
#include "enforcer/report/drawing.h"
#include "enforcer/report/legend.h"
#include "enforcer/report/looks.h"

namespace kaspar::enforcer {

namespace {

void add_heading(Markup& markup, std::string_view title) {
    markup.leaf("h3", {}, title);
}

struct Fact {
    std::string_view name;
    std::string words, more;
    std::string_view look = "";
};

void add_fact(Markup& markup, const Fact& fact) {
    const auto pair = markup.element("div");
    markup.leaf("dt", {}, fact.name);
    const auto value = markup.element("dd");
    markup.leaf("span", {{"class", fact.look}}, fact.words);
    if (!fact.more.empty())
        markup.leaf("small", {}, fact.more);
}

Fact expiry_fact(const ZoneView& view, Time now) {
    const Cell left = time_left(view, now);
    const auto expiry = view.first_expiry();
    return {"first expiry", left.text, expiry ? shown(*expiry) : "", look_of(left.tint)};
}

Fact next_event_fact(const ZoneView& view, Time now) {
    const auto next = view.next_event;
    if (!next)
        return {"next event", "–", ""};
    return {"next event", *next <= now ? "now" : "in " + brief(*next - now), shown(*next)};
}

void add_facts(Markup& markup, const ZoneView& view, Time now) {
    const auto list = markup.element("dl", {{"class", "facts"}});
    add_fact(markup, expiry_fact(view, now));
    if (view.report && view.report->publication) {
        const Publication& published = *view.report->publication;
        add_fact(markup, {"published", fmt::format("serial {}", published.serial),
                          shown(published.published)});
        add_fact(markup, {"signed", fmt::format("{} records", published.records),
                          fmt::format("{} signatures", published.signatures)});
    } else {
        add_fact(markup, {"published", "nothing yet", ""});
    }
    const auto moving = rolls(view, now);
    add_fact(markup, {"keys", moving.empty() ? "all in place" : moving, ""});
    add_fact(markup, next_event_fact(view, now));
    add_fact(markup, {"policy", view.zone.policy, ""});
}

void add_needs(Markup& markup, const ZoneView& view, Time now) {
    const auto needs = needs_a_person(view, now);
    if (needs.empty())
        return;
    const auto box = markup.element("div", {{"class", "needs"}});
    markup.leaf("h3", {}, "Needs a person");
    const auto list = markup.element("ul");
    for (const std::string& need : needs) {
        const auto item = markup.element("li");
        markup.prose(need);
    }
}

void add_wait(Markup& markup, const ZoneView& view, const Wait& wait) {
    const auto item = markup.element("li");
    markup.leaf("strong", {}, wait_line(wait));
    {
        const auto why = markup.element("p");
        markup.prose(wait.why);
        if (wait.until)
            markup.text("; until " + shown(*wait.until));
    }
    const auto command = commands_for(wait, view.remembered.history, view.policy, view.name());
    if (!command.empty())
        markup.leaf("code", {}, command);
}

void add_waits(Markup& markup, const ZoneView& view) {
    if (view.plan.waits.empty())
        return;
    const auto box = markup.element("div", {{"class", "waits"}});
    markup.leaf("h3", {}, "Waits for");
    const auto list = markup.element("ul");
    for (const Wait& wait : view.plan.waits)
        add_wait(markup, view, wait);
}

void add_timeline(Markup& markup, const Timeline& timeline) {
    add_heading(markup, "Timeline");
    const auto figure = markup.element("figure");
    add_legend(markup);
    {
        const auto box = markup.element("div", {{"class", "scroll drawing"},
                                                {"role", "region"},
                                                {"tabindex", "0"},
                                                {"aria-label", "Timeline of " + timeline.zone}});
        draw(markup, timeline);
    }
    markup.leaf("figcaption", {}, reading_words(timeline));
}

void add_versions(Markup& markup, const ZoneView& view) {
    const auto versions = versions_of(view.remembered.history);
    if (versions.empty())
        return;
    add_heading(markup, "Versions in caches");
    add_table(markup, "versions", {"record", "keys", "signed by", "since", "until"}, [&] {
        for (const VersionLine& version : versions) {
            const auto row = markup.element("tr");
            markup.leaf("th", {{"scope", "row"}}, version.record);
            markup.leaf("td", {}, version.keys);
            markup.leaf("td", {}, version.signers.empty() ? "–" : version.signers);
            add_time_cell(markup, version.window.since);
            markup.leaf("td", {}, end_words(version.window));
        }
    });
}

void add_parent(Markup& markup, const ZoneView& view) {
    const auto lines = lines_of(compare(view, view.answers));
    if (lines.empty())
        return;
    add_heading(markup, "DS at the parent");
    add_table(markup, "parent", {"server", "DS", "TTL", "verdict"}, [&] {
        for (const ServerLine& line : lines) {
            const auto row = markup.element("tr");
            markup.leaf("th", {{"scope", "row"}}, line.server);
            markup.leaf("td", {}, line.ds);
            markup.leaf("td", {}, line.ttl);
            markup.leaf("td", {}, line.verdict.text);
        }
    });
}

std::optional<KeyStates> states_of(const ZoneView& view, const StoredKey& key, Time now) {
    const auto& rows = view.remembered.rows;
    for (KeyIndex i = 0; i < rows.size(); ++i)
        if (rows[i].id == key.id)
            return key_states(view.remembered.history, i, view.policy, now);
    return std::nullopt;
}

void add_state_cells(Markup& markup, const std::optional<KeyStates>& states) {
    for (const KeyRecord& record : key_records) {
        const auto state = states ? (*states).*record.state : RecordState::not_applicable;
        const bool none = state == RecordState::not_applicable;
        markup.leaf("td", {{"class", fmt::format("state {}", word(state))}},
                    none ? "–" : word(state));
    }
}

void add_key(Markup& markup, const Chapter& chapter, const KnownKey& key) {
    const StoredKey& row = key.row;
    const auto line = markup.element("tr");
    markup.leaf(
        "th", {{"scope", "row"}},
        fmt::format("{} {}", word(row.role), row.dnskey ? std::to_string(row.dnskey->tag()) : "–"));
    markup.leaf("td", {}, fmt::format("{}, {} bits", facts(row.algorithm).mnemonic, row.bits));
    markup.leaf("td", {}, key.condition);
    add_state_cells(markup, states_of(chapter.view, row, chapter.now));
    markup.leaf("td", {}, fmt::format("{}", fmt::join(row.keystores, " ")));
    add_time_cell(markup, row.created);
    add_time_cell(markup, row.active_since);
}

void add_keys(Markup& markup, const Chapter& chapter) {
    if (chapter.keys.empty())
        return;
    add_heading(markup, "Keys");
    add_table(markup, "keys",
              {"key", "algorithm", "is", "DS", "DNSKEY", "DNSKEY signature", "zone signatures",
               "key store", "created", "active since"},
              [&] {
                  for (const KnownKey& key : chapter.keys)
                      add_key(markup, chapter, key);
              });
}

void add_event(Markup& markup, const Event& event, const Forecast& forecast,
               const std::string& zone) {
    const auto row = markup.element("tr");
    add_time_cell(markup, event.at);
    markup.leaf("td", {{"class", "distance"}},
                event.at <= forecast.from ? "now" : brief(event.at - forecast.from));
    markup.leaf("td", {{"class", event.actor == Actor::person ? "you" : ""}}, whom(event.actor));
    const auto what = markup.element("td");
    markup.prose(in_words(event));
    if (const auto command = command_for(event, zone); !command.empty()) {
        markup.text(": ");
        markup.leaf("code", {}, command);
    }
}

std::string end_words(const Forecast& forecast) {
    const auto end = shown(forecast.until);
    return forecast.cut_off ? fmt::format("Cut off at {}: more happens than a forecast holds.", end)
                            : fmt::format("It ends at {}.", end);
}

void add_forecast(Markup& markup, const Chapter& chapter) {
    add_heading(markup, "Forecast");
    for (const std::string& words : chapter.doubts) {
        const auto line = markup.element("p", {{"class", "doubt"}});
        markup.prose(words);
    }
    if (!chapter.forecast)
        return;
    markup.leaf("p", {{"class", "note"}}, fmt::format("Assumed: {}.", chapter.assumed));
    add_table(markup, "events", {"when", "in", "who", "what"}, [&] {
        for (const Event& event : chapter.forecast->events)
            if (is_shown(event, false))
                add_event(markup, event, *chapter.forecast, chapter.view.name());
    });
    markup.leaf("p", {{"class", "note"}}, end_words(*chapter.forecast));
}

std::string move_states(const RecordedMove& move) {
    if (move.from && move.to)
        return fmt::format("{} → {}", *move.from, *move.to);
    return move.from ? "was " + *move.from : move.to.value_or("");
}

void add_log(Markup& markup, const Chapter& chapter) {
    if (chapter.log.empty())
        return;
    const auto fold = markup.element("details", {{"class", "log"}});
    markup.leaf("summary", {},
                fmt::format("Log: {}{} moves, newest first",
                            chapter.log_is_cut ? "the latest " : "", chapter.log.size()));
    if (chapter.log_is_cut) {
        const auto more = markup.element("p", {{"class", "note"}});
        markup.prose(fmt::format("`kaspar log {}` has those before, too.", chapter.view.name()));
    }
    add_table(markup, "moves", {"when", "who", "what", "from → to", "why"}, [&] {
        for (auto move = chapter.log.rbegin(); move != chapter.log.rend(); ++move) {
            const auto row = markup.element("tr");
            add_time_cell(markup, move->at);
            markup.leaf("td", {}, move->who);
            markup.leaf("td", {}, move->what);
            markup.leaf("td", {}, move_states(*move));
            markup.leaf("td", {}, move->why.value_or(""));
        }
    });
}

}  // namespace

std::string chapter_id(const ZoneView& view) {
    return "zone-" + view.zone.name.file_name();
}

void add_chapter(Markup& markup, const Chapter& chapter) {
    const ZoneView& view = chapter.view;
    const auto id = chapter_id(view);
    const auto section = markup.element(
        "section", {{"class", "zone"}, {"id", id}, {"aria-labelledby", id + "-name"}});
    {
        const auto head = markup.element("header");
        markup.leaf("h2", {{"id", id + "-name"}}, view.name());
        if (!chapter.way_back.empty())
            markup.leaf("a", {{"class", "back"}, {"href", chapter.way_back}}, "all zones");
    }
    add_facts(markup, view, chapter.now);
    add_needs(markup, view, chapter.now);
    add_waits(markup, view);
    if (chapter.forecast)
        add_timeline(markup, timeline_of(view, chapter.keys, chapter.states, *chapter.forecast,
                                         Extent::readable));
    add_versions(markup, view);
    add_parent(markup, view);
    add_keys(markup, chapter);
    add_forecast(markup, chapter);
    add_log(markup, chapter);
}

}  // namespace kaspar::enforcer

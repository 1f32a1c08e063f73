#include "enforcer/report/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "enforcer/commands/summary.h"
#include "enforcer/report/chapter.h"
#include "enforcer/report/looks.h"

namespace kaspar::enforcer {

namespace {

/// Where a zone stands, as the page's filter calls it.
enum class Standing { needs, waits, calm };
constexpr std::array<std::string_view, 3> standing_words{"needs", "waits", "calm"};

Standing standing(const Cell& summary) {
    return summary.tint == Tint::bad       ? Standing::needs
           : summary.tint == Tint::warning ? Standing::waits
                                           : Standing::calm;
}

struct Title {
    std::string_view key, words;
};
constexpr std::array titles{Title{"urgency", "needs or waits for"},
                            Title{"zone", "zone"},
                            Title{"expiry", "first expiry"},
                            Title{"keys", "keys"},
                            Title{"next", "next event"},
                            Title{"policy", "policy"}};

void add_head(Markup& markup) {
    const auto head = markup.element("thead");
    const auto row = markup.element("tr");
    for (const std::size_t column : {1, 2, 0, 3, 4, 5})
        markup.leaf("th", {{"scope", "col"}, {"data-key", titles.at(column).key}},
                    titles.at(column).words);
}

/// Sorts as text. The script puts empty ones last, in whichever order.
std::string sort_key(std::optional<Time> time) {
    return time ? to_rfc3339(*time) : "";
}

void add_cell(Markup& markup, std::string_view label, const Cell& cell, std::string_view sort) {
    const auto data = markup.element(
        "td", {{"data-label", label}, {"data-sort", sort}, {"class", look_of(cell.tint)}});
    markup.prose(cell.text);
}

void add_name(Markup& markup, const ZoneView& view, bool has_chapter) {
    const auto cell = markup.element("th", {{"scope", "row"}, {"data-sort", view.name()}});
    if (has_chapter)
        markup.leaf("a", {{"href", "#" + chapter_id(view)}}, view.name());
    else
        markup.text(view.name());
}

class Rows {
  public:
    Rows(Markup& markup, const Overview& overview) : markup_(markup), overview_(overview) {}

    void add_all() {
        for (std::size_t i = 0; i < overview_.views.size(); ++i)
            add(overview_.views[i], i);
    }

    std::size_t count(Standing which) const { return counts_.at(static_cast<std::size_t>(which)); }

  private:
    void add(const ZoneView& view, std::size_t place) {
        const Time now = overview_.now;
        const Cell needs = summary(view, now);
        const auto which = static_cast<std::size_t>(standing(needs));
        ++counts_.at(which);
        const auto row = markup_.element("tr", {{"data-standing", standing_words.at(which)}});
        add_name(markup_, view, place < overview_.chapters);
        add_cell(markup_, "first expiry", time_left(view, now), sort_key(view.first_expiry()));
        add_cell(markup_, "needs", needs, fmt::format("{:06}", place));
        const auto moving = rolls(view, now);
        add_cell(markup_, "keys", moving, moving);
        add_cell(markup_, "next event", until(view.next_event, now, "–"),
                 sort_key(view.next_event));
        add_cell(markup_, "policy", view.zone.policy, view.zone.policy);
    }

    Markup& markup_;
    const Overview& overview_;
    std::array<std::size_t, 3> counts_{};
};

/// For the page's script, which alone can make something of it.
void add_tools(Markup& markup) {
    const auto form = markup.element("form", {{"id", "tools"}, {"role", "search"}, {"hidden", ""}});
    {
        const auto label = markup.element("label");
        markup.text("Filter ");
        markup.empty("input", {{"type", "search"}, {"id", "filter"}, {"autocomplete", "off"}});
    }
    {
        const auto label = markup.element("label");
        markup.text("Show ");
        const auto select = markup.element("select", {{"id", "show"}});
        markup.leaf("option", {{"value", ""}}, "all zones");
        markup.leaf("option", {{"value", "needs"}}, "what needs a person");
        markup.leaf("option", {{"value", "waits"}}, "what waits for the parent");
        markup.leaf("option", {{"value", "calm"}}, "the rest");
    }
    markup.leaf("output", {{"id", "shown"}, {"for", "filter show"}});
}

std::string in_numbers(const Rows& rows, const Overview& overview) {
    std::string words = fmt::format("Zones: {}. Needing a person: {}. Waiting for the parent: {}.",
                                    overview.views.size(), rows.count(Standing::needs),
                                    rows.count(Standing::waits));
    const auto first =
        std::min_element(overview.views.begin(), overview.views.end(), expires_before);
    if (first != overview.views.end() && first->first_expiry())
        words += fmt::format(" First expiry: {} ({}, {}).", time_left(*first, overview.now).text,
                             first->name(), shown(*first->first_expiry()));
    return words;
}

std::string on_chapters(const Overview& overview) {
    return fmt::format(
        "The {} most urgent zones have a chapter below; `kaspar report --html FILE NAME` makes "
        "that "
        "of any other.",
        overview.chapters);
}

}  // namespace

void sort_by_urgency(std::vector<ZoneView>& views, Time now) {
    std::vector<Standing> standings;
    for (const ZoneView& view : views)
        standings.push_back(standing(summary(view, now)));
    std::vector<std::size_t> order(views.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return standings[a] != standings[b] ? standings[a] < standings[b]
                                            : expires_before(views[a], views[b]);
    });
    std::vector<ZoneView> sorted;
    for (const std::size_t place : order)
        sorted.push_back(std::move(views[place]));
    views = std::move(sorted);
}

void add_overview(Markup& markup, const Overview& overview) {
    const auto section =
        markup.element("section", {{"id", "overview"}, {"aria-labelledby", "overview-title"}});
    markup.leaf("h2", {{"id", "overview-title"}}, "All zones");
    Markup table;
    Rows rows(table, overview);
    rows.add_all();
    markup.leaf("p", {}, in_numbers(rows, overview));
    if (overview.chapters < overview.views.size()) {
        const auto line = markup.element("p", {{"class", "note"}});
        markup.prose(on_chapters(overview));
    }
    add_tools(markup);
    const auto whole = markup.element("table", {{"id", "zones"}});
    add_head(markup);
    const auto body = markup.element("tbody");
    markup.verbatim(std::move(table).take());
}

}  // namespace kaspar::enforcer

#include "enforcer/report/legend.h"

#include <fmt/format.h>

#include <array>

#include "enforcer/report/looks.h"

namespace kaspar::enforcer {

namespace {

struct Meaning {
    std::string_view look, words;
};
constexpr std::array meanings{
    Meaning{"rumoured", "rumoured: on its way into all caches"},
    Meaning{"omnipresent", "omnipresent: in all caches"},
    Meaning{"unretentive", "unretentive: on its way out of caches"},
    Meaning{"omnipresent foreseen", "paler: as forecast"},
};

void draw_pattern(Markup& markup, std::string_view state, std::string_view lines) {
    const auto pattern = markup.element(
        "pattern",
        {{"id", state}, {"width", "6"}, {"height", "6"}, {"patternUnits", "userSpaceOnUse"}});
    markup.leaf("rect",
                {{"class", fmt::format("{}-ground", state)}, {"width", "6"}, {"height", "6"}});
    markup.leaf("path", {{"class", fmt::format("{}-lines", state)}, {"d", lines}});
}

void draw_swatch(Markup& markup, std::string_view look, double x, double y) {
    markup.leaf("rect", {{"class", fmt::format("bar {}", look)},
                         {"x", px(x)},
                         {"y", px(y)},
                         {"width", "22"},
                         {"height", px(bar_height)}});
}

}  // namespace

void draw_patterns(Markup& markup) {
    const auto drawing = markup.element(
        "svg", {{"class", "patterns"}, {"width", "0"}, {"height", "0"}, {"aria-hidden", "true"}});
    const auto definitions = markup.element("defs");
    draw_pattern(markup, "rumoured", "M-1 7L7 -1M-1 1L1 -1M5 7L7 5");
    draw_pattern(markup, "unretentive", "M-1 -1L7 7M5 -1L7 1M-1 5L1 7");
}

void add_legend(Markup& markup) {
    const auto list = markup.element("ul", {{"class", "legend"}});
    for (const auto& [look, words] : meanings) {
        const auto entry = markup.element("li");
        {
            const auto drawing = markup.element("svg", {{"class", "timeline swatch"},
                                                        {"width", "22"},
                                                        {"height", px(bar_height)},
                                                        {"aria-hidden", "true"}});
            draw_swatch(markup, look, 0, 0);
        }
        markup.text(words);
    }
}

void draw_legend_line(Markup& markup, double x, double y) {
    // About as wide as a character is; the next swatch must not touch it.
    constexpr double character = 5.8;
    for (const auto& [look, words] : meanings) {
        draw_swatch(markup, look, x, y);
        markup.leaf("text", {{"class", "label"}, {"x", px(x + 28)}, {"y", px(y + 9)}}, words);
        x += 56 + character * static_cast<double>(words.size());
    }
}

std::string reading_words(const Timeline& timeline) {
    std::string words =
        "Times are UTC. Quiet stretches are drawn shorter than they are; every bar tells its times "
        "when pointed at.";
    if (timeline.past_cut)
        words += " What was before is in the log.";
    if (timeline.future_cut)
        words += " More is to come than is drawn.";
    if (!timeline.deadlines.empty())
        words += " ▼ marks when you must act.";
    return words;
}

}  // namespace kaspar::enforcer

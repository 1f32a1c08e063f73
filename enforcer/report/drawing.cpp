#include "enforcer/report/drawing.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/report/legend.h"
#include "enforcer/report/looks.h"
#include "enforcer/report/time_scale.h"

namespace kaspar::enforcer {

namespace {

// In SVG's user units, which are pixels where nothing is scaled.
constexpr double gutter = 188, right_edge = 20, axis_height = 34, head_height = 46,
                 footer_height = 22;
constexpr double heading_height = 20, line_height = 15, group_gap = 8;

/// A bar is never too thin to be seen.
constexpr double thinnest = 2;

/// What fits into the gutter of words that the bar's title says in full.
std::string fitted(const std::string& words) {
    constexpr std::size_t most = 28;
    return words.size() <= most ? words : words.substr(0, words.rfind(' ', most)) + " …";
}

/// One timeline being drawn, from top to bottom.
class Drawing {
  public:
    Drawing(Markup& markup, const Timeline& timeline, double top)
        : markup_(markup),
          timeline_(timeline),
          scale_(timeline.from, timeline.until, timeline.changes()),
          top_(top),
          bottom_(top + axis_height + height_of_lines()),
          y_(top + axis_height) {}

    double width() const { return gutter + scale_.width() + right_edge; }
    double height() const { return bottom_ + 6; }

    void draw() {
        draw_future();
        draw_axis();
        for (const KeyLines& key : timeline_.keys)
            draw_key(key);
        if (!timeline_.versions.empty())
            draw_versions();
        draw_now();
        for (const Deadline& deadline : timeline_.deadlines)
            draw_deadline(deadline);
        draw_gutter();
    }

  private:
    double x(Time at) const { return gutter + scale_.x(at); }

    double height_of_lines() const {
        double height = 0;
        const auto add = [&](std::size_t lines) {
            height += heading_height + line_height * static_cast<double>(lines) + group_gap;
        };
        for (const KeyLines& key : timeline_.keys)
            add(key.records.size());
        if (!timeline_.versions.empty())
            add(timeline_.versions.size());
        return height;
    }

    void draw_future() {
        const double now = x(timeline_.now);
        markup_.leaf("rect", {{"class", "future"},
                              {"x", px(now)},
                              {"y", px(top_ + axis_height - 8)},
                              {"width", px(x(timeline_.until) - now)},
                              {"height", px(bottom_ - top_ - axis_height + 8)}});
    }

    void draw_axis() {
        for (const auto& [tick, label] : scale_.ticks()) {
            const double at = gutter + tick;
            line("grid", at, top_ + axis_height - 8, bottom_);
            text("tick", at, top_ + axis_height - 13, label);
        }
    }

    void draw_now() {
        const double now = x(timeline_.now);
        line("now", now, top_ + axis_height - 8, bottom_);
        text("now-label", now, top_ + 8, "now");
    }

    void draw_deadline(const Deadline& deadline) {
        const double at = x(deadline.at), y = top_ + axis_height - 4;
        const auto group = markup_.element("g", {{"class", "deadline"}});
        markup_.leaf("title", {}, fmt::format("{}: {}", shown(deadline.at), deadline.what));
        markup_.leaf("path", {{"d", fmt::format("M{:.1f} {:.1f}l-5 -8h10z", at, y)}});
    }

    /// Apart from the rest, so that it can stay where it is while the rest is scrolled.
    void draw_gutter() {
        const auto group = markup_.element("g", {{"class", "gutter"}});
        markup_.leaf("rect", {{"class", "sheet"},
                              {"y", px(top_)},
                              {"width", px(gutter - 6)},
                              {"height", px(height() - top_)}});
        markup_.verbatim(std::move(labels_).take());
    }

    void draw_heading(std::string_view title, std::string_view note) {
        const auto heading = labels_.element(
            "text", {{"class", "heading"}, {"x", "8"}, {"y", px(y_ + heading_height - 6)}});
        labels_.leaf("tspan", {{"class", "title"}}, title);
        labels_.leaf("tspan", {{"dx", "8"}, {"class", "note"}}, note);
        y_ += heading_height;
    }

    void draw_track(std::string_view label) {
        labels_.leaf("text", {{"class", "label"}, {"x", "18"}, {"y", px(y_ + bar_height - 1.5)}},
                     label);
        markup_.leaf("rect", {{"class", "track"},
                              {"x", px(gutter)},
                              {"y", px(y_ + bar_height / 2)},
                              {"width", px(scale_.width())},
                              {"height", "1"}});
    }

    void draw_key(const KeyLines& key) {
        draw_heading(key.title, key.note);
        for (const RecordLine& record : key.records) {
            draw_track(record.record);
            for (const Stretch& stretch : record.stretches)
                draw_stretch(fmt::format("{} of {}", record.record, key.title), stretch);
            y_ += line_height;
        }
        y_ += group_gap;
    }

    void draw_stretch(std::string_view what, const Stretch& stretch) {
        const auto state = word(stretch.state);
        const auto group = markup_.element("g");
        markup_.leaf("title", {}, fmt::format("{}: {} {}", what, state, span_words(stretch)));
        bar(state, stretch.from, std::min(stretch.to, timeline_.now));
        bar(fmt::format("{} foreseen", state), std::max(stretch.from, timeline_.now), stretch.to);
    }

    /// "from … until …, as forecast"; the timeline's ends are no changes.
    std::string span_words(const Stretch& stretch) const {
        std::string words = stretch.from == timeline_.from ? "before " + shown(stretch.from)
                                                           : "from " + shown(stretch.from);
        if (stretch.to == timeline_.until)
            words += fmt::format(" and still at {}", shown(stretch.to));
        else
            words += fmt::format(" until {}", shown(stretch.to));
        return stretch.to > timeline_.now ? words + ", as forecast" : words;
    }

    void draw_versions() {
        draw_heading("in caches", "versions that a resolver may hold");
        for (const VersionLine& version : timeline_.versions) {
            const Window& window = version.window;
            draw_track(fitted(version.label));
            const auto group = markup_.element("g");
            markup_.leaf("title", {},
                         fmt::format("{} with {}, since {}, {}", version.record, version.keys,
                                     shown(window.since), end_words(window)));
            bar("version", window.since,
                std::min(window.until.value_or(Time::max()), timeline_.now));
            if (window.until)
                bar("version foreseen", std::max(window.since, timeline_.now), *window.until);
            else
                draw_open_end();
            y_ += line_height;
        }
    }

    void draw_open_end() {
        markup_.leaf("path",
                     {{"class", "version"},
                      {"d", fmt::format("M{:.1f} {:.1f}l7 {:.1f}l-7 {:.1f}z", x(timeline_.now) + 1,
                                        y_, bar_height / 2, bar_height / 2)}});
    }

    void bar(std::string_view look, Time from, Time to) {
        if (from >= to || to <= timeline_.from || from >= timeline_.until)
            return;
        markup_.leaf("rect", {{"class", fmt::format("bar {}", look)},
                              {"x", px(x(from))},
                              {"y", px(y_)},
                              {"width", px(std::max(x(to) - x(from), thinnest))},
                              {"height", px(bar_height)}});
    }

    void line(std::string_view look, double at, double from, double to) {
        markup_.leaf(
            "line",
            {{"class", look}, {"x1", px(at)}, {"x2", px(at)}, {"y1", px(from)}, {"y2", px(to)}});
    }

    void text(std::string_view look, double at, double y, std::string_view words) {
        markup_.leaf("text", {{"class", look}, {"x", px(at)}, {"y", px(y)}}, words);
    }

    Markup& markup_;
    Markup labels_;
    const Timeline& timeline_;
    TimeScale scale_;
    double top_, bottom_, y_;
};

std::string view_box(double width, double height) {
    return fmt::format("0 0 {:.0f} {:.0f}", width, height);
}

std::string title_of(const Timeline& timeline) {
    return fmt::format("Timeline of {}, {} to {}", timeline.zone, shown(timeline.from),
                       shown(timeline.until));
}

}  // namespace

void draw(Markup& markup, const Timeline& timeline) {
    Drawing drawing(markup, timeline, 0);
    const auto svg =
        markup.element("svg", {{"class", "timeline"},
                               {"role", "img"},
                               {"aria-label", title_of(timeline)},
                               {"width", px(drawing.width())},
                               {"height", px(drawing.height())},
                               {"viewBox", view_box(drawing.width(), drawing.height())}});
    drawing.draw();
}

std::string svg_file(const Timeline& timeline, std::string_view style) {
    Markup markup;
    Drawing drawing(markup, timeline, head_height);
    markup.verbatim("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    {
        const double width = drawing.width(), height = drawing.height() + footer_height;
        const auto svg = markup.element("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                                                {"class", "timeline paper"},
                                                {"width", px(width)},
                                                {"height", px(height)},
                                                {"viewBox", view_box(width, height)}});
        markup.leaf("title", {}, title_of(timeline));
        {
            const auto look = markup.element("style");
            markup.verbatim(style);
        }
        draw_patterns(markup);
        markup.leaf("rect", {{"class", "sheet"}, {"width", "100%"}, {"height", "100%"}});
        markup.leaf("text", {{"class", "title"}, {"x", "8"}, {"y", "18"}}, timeline.zone);
        draw_legend_line(markup, gutter, 28);
        drawing.draw();
        markup.leaf("text", {{"class", "label"}, {"x", px(gutter)}, {"y", px(height - 8)}},
                    reading_words(timeline));
    }
    markup.verbatim("\n");
    return std::move(markup).take();
}

}  // namespace kaspar::enforcer

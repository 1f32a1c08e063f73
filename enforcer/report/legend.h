// What the bars of a timeline look like, and how to read it.
#pragma once

#include <string>

#include "enforcer/report/markup.h"
#include "enforcer/report/timeline.h"

namespace kaspar::enforcer {

inline constexpr double bar_height = 11;

/// What the bars are filled with; once a page.
void draw_patterns(Markup& markup);

/// What the bars mean, as a list in HTML.
void add_legend(Markup& markup);

/// The same as a line of a drawing.
void draw_legend_line(Markup& markup, double x, double y);

/// How to read the drawing, and where it was cut.
std::string reading_words(const Timeline& timeline);

}  // namespace kaspar::enforcer

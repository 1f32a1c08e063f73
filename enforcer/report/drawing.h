// A timeline as SVG: bars for each key's records, what is foreseen to the right of "now" and paler.
// Its looks are in timeline.css. Each bar says in its title what it is, from when until when.
#pragma once

#include <string>

#include "enforcer/report/markup.h"
#include "enforcer/report/timeline.h"

namespace kaspar::enforcer {

/// The drawing, for a page that has draw_patterns() somewhere.
void draw(Markup& markup, const Timeline& timeline);

/// What the bars are filled with; once a page.
void draw_patterns(Markup& markup);

/// What the bars mean, as a list in HTML.
void draw_legend(Markup& markup);

/// How to read the drawing, and where it was cut.
std::string reading_words(const Timeline& timeline);

/// The drawing as a file of its own, with `style` (timeline.css) in it.
std::string svg_file(const Timeline& timeline, std::string_view style);

}  // namespace kaspar::enforcer

// A timeline as SVG: bars for each key's records, what is foreseen to the right of "now" and paler.
// Its looks are in timeline.css. Each bar says in its title what it is, from when until when.
#pragma once

#include <string>

#include "enforcer/report/markup.h"
#include "enforcer/report/timeline.h"

namespace kaspar::enforcer {

/// The drawing, for a page that has draw_patterns() (legend.h) somewhere.
void draw(Markup& markup, const Timeline& timeline);

/// The drawing as a file of its own, with `style` (timeline.css) in it.
std::string svg_file(const Timeline& timeline, std::string_view style);

}  // namespace kaspar::enforcer

// All zones in one table, the most urgent first.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "enforcer/commands/view.h"
#include "enforcer/report/markup.h"

namespace kaspar::enforcer {

/// Those that need a person first, then those that wait for the parent; among them the one whose
/// signatures end first.
void sort_by_urgency(std::vector<ZoneView>& views, Time now);

struct Overview {
    std::span<const ZoneView> views;  ///< in the order in which they are shown
    std::size_t chapters;             ///< so many of the first have a chapter in the page
    Time now;
};

void add_overview(Markup& markup, const Overview& overview);

}  // namespace kaspar::enforcer

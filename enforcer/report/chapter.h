// One zone's chapter of a report: what it needs, its timeline, versions, keys, forecast and log.
#pragma once

#include <string>
#include <vector>

#include "enforcer/report/markup.h"
#include "enforcer/report/timeline.h"

namespace kaspar::enforcer {

struct Chapter {
    const ZoneView& view;
    Time now;
    std::vector<KnownKey> keys = {};        ///< all that the zone has or had
    std::vector<RecordedMove> states = {};  ///< changes of states, for the timeline's past
    std::vector<RecordedMove> log = {};     ///< oldest first
    bool log_is_cut = false;                ///< there is more than `log`
    std::optional<Forecast> forecast = {};  ///< absent: none is possible
    std::vector<std::string> doubts =
        {};                     ///< why there is none, or what may keep it from coming true
    std::string assumed = {};   ///< of others, in the forecast
    std::string way_back = {};  ///< where a link back leads: "#overview"; empty: none
};

void add_chapter(Markup& markup, const Chapter& chapter);

/// The id of a zone's chapter in a page.
std::string chapter_id(const ZoneView& view);

}  // namespace kaspar::enforcer

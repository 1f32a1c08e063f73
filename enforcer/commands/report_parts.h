// What `report` and `forecast --svg` have in common: what a timeline is made from, and files for
// people to look at.
#pragma once

#include "enforcer/report/timeline.h"

namespace kaspar::enforcer {

/// All keys that a zone has or had, oldest first.
Result<std::vector<KnownKey>> known_keys(Session& session, const Zone& zone);

/// The zone's changes of states that a timeline may show, oldest first.
Result<std::vector<RecordedMove>> known_states(Session& session, const ZoneView& view);

/// A style sheet or script of enforcer/report/, by its name.
std::string report_file(std::string_view name);

/// Writes it whole to `file`; "-" is standard output. Fault: io.
Outcome write_shown(const std::string& file, std::string_view text);

}  // namespace kaspar::enforcer

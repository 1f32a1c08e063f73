// What the signer says of its runs: lines for a person, JSON for a program, events for the log.
#pragma once

#include <string>
#include <vector>

#include "signer/rounds.h"

namespace kaspar::signer {

/// One line for standard output: what happened, and the time to the first expiry.
std::string outcome_line(const Execution& execution);

/// The same for the zones in which nothing was due: a line for each if the round had few zones,
/// else one line for them all. Empty if none.
std::string quiet_lines(const Round& round);

/// On standard error: the errors and warnings, each with the zone's name.
void tell_troubles(const Execution& execution);

/// What outcome_line() and quiet_lines() say, as events of the log.
void log_outcome(const Execution& execution);
void log_quiet(const Round& round);

/// A JSON array with one object a zone, those in which nothing was due behind the others.
std::string round_json(const Round& round);

}  // namespace kaspar::signer

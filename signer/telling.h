// What the signer says of its runs: lines for a person, JSON for a program.
#pragma once

#include <string>
#include <vector>

#include "signer/execute.h"

namespace kaspar::signer {

/// One line for standard output: what happened, and the time to the first expiry.
std::string outcome_line(const Execution& execution);

/// Lines for standard error: the errors and warnings, each with the zone's name. Empty if none.
std::string trouble_lines(const Execution& execution);

/// A JSON array with one object a zone.
std::string executions_json(const std::vector<Execution>& executions);

}  // namespace kaspar::signer

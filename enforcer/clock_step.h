// A clock that was set, and what that means for zones whose waits it measures. Set back, it stands
// before a zone's last event: that zone is not moved until the clock has come past it, or until no
// cache can hold anything from before; then it was the last event that was wrong. Set ahead of the
// time that passed since the last pass, which the system's uptime tells, it would end every wait
// early: no zone is moved until no cache can hold what is published.
#pragma once

#include <optional>
#include <string>

#include "enforcer/enforcement.h"

namespace kaspar::enforcer {

/// True if the zone must not be moved, as the clock stands before its last event.
Result<bool> stands_for_clock(const Enforcement& with, const Zone& zone);

/// Absent if the clock stands before no zone's last event, else that, and what helps.
Result<std::optional<std::string>> complaint_of_clock(const Enforcement& with);

/// By how much more than the time that passed the clock has advanced since the last pass; absent:
/// by no more than it is set right by every day, or nobody can tell.
Result<std::optional<Duration>> leap_since_last_pass(const Enforcement& with);

/// Has every zone wait that has something published.
Outcome wait_after_leap(const Enforcement& with, Duration leap);

}  // namespace kaspar::enforcer

// The clock. Made in main only, from --at or the system, and read once per pass; everything else is
// handed the time.
#pragma once

#include <optional>
#include <string>

#include "common/values/time.h"

namespace kaspar {

/// How long the system has been up: unlike the clock, nobody sets it.
struct Uptime {
    std::string boot;  ///< which start of the system; lengths of different ones do not compare
    Duration length;
};

class Clock {
  public:
    static Clock system() { return Clock(std::nullopt); }

    /// Stands still at `time`.
    static Clock fixed(Time time) { return Clock(time); }

    Time now() const {
        return fixed_ ? *fixed_ : std::chrono::floor<Duration>(std::chrono::system_clock::now());
    }

    /// Absent: the clock is simulated, or the system does not tell.
    std::optional<Uptime> uptime() const;

    bool is_simulated() const { return fixed_.has_value(); }

  private:
    explicit Clock(std::optional<Time> fixed) : fixed_(fixed) {}
    std::optional<Time> fixed_;
};

}  // namespace kaspar

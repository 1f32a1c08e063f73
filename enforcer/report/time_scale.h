// Where points in time lie on a drawing. Days in which much happens get room, and the quiet months
// between rolls are drawn short: a stretch without a change is as wide as the logarithm of its
// length.
#pragma once

#include <string>
#include <vector>

#include "common/values/time.h"

namespace kaspar::enforcer {

class TimeScale {
  public:
    struct Tick {
        double x;
        std::string label;  ///< "2027", "24 Nov", "06:00"
    };

    /// `changes` in any order; those outside `from` … `until` do not count.
    TimeScale(Time from, Time until, std::vector<Time> changes);

    /// The width at which every change can be told from the next.
    double width() const { return knots_.back().x; }

    /// Times outside are taken to the nearer end.
    double x(Time at) const;

    /// Round times, the roundest first served, with room for their labels.
    std::vector<Tick> ticks() const;

  private:
    struct Knot {
        Time at;
        double x;
    };
    std::vector<Knot> knots_;
};

}  // namespace kaspar::enforcer

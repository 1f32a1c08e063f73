// Seeded choices: the same seed gives the same history on every machine (splitmix64, and no
// distribution of the standard library, whose results differ between implementations).
#pragma once

#include <cstdint>
#include <initializer_list>

#include "common/values/time.h"

namespace kaspar::simulation {

class Chance {
  public:
    explicit Chance(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}

    std::uint64_t below(std::uint64_t count) { return next() % count; }
    bool one_in(std::uint64_t count) { return below(count) == 0; }
    /// From 0 to `most`, to the second.
    Duration up_to(Duration most) {
        return Duration(below(static_cast<std::uint64_t>(most.count()) + 1));
    }
    template <typename Value>
    Value pick(std::initializer_list<Value> values) {
        return values.begin()[below(values.size())];
    }

  private:
    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
    std::uint64_t state_;
};

}  // namespace kaspar::simulation

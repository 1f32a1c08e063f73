// Seeded choices: the same seed gives the same history on every machine (splitmix64, and no
// distribution of the standard library, whose results differ between implementations).
#pragma once

#include <cstdint>
#include <initializer_list>

#include "common/values/time.h"

namespace kaspar::simulation {

class Chance {
  public:
    /// Mixed, so that the streams of neighbouring seeds are not one stream shifted.
    explicit Chance(std::uint64_t seed) : state_(mixed(seed)) {}

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
    static std::uint64_t mixed(std::uint64_t bits) {
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return bits ^ (bits >> 31);
    }
    std::uint64_t next() { return mixed(state_ += 0x9e3779b97f4a7c15); }

    std::uint64_t state_;
};

}  // namespace kaspar::simulation

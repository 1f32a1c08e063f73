// One space that is searched completely: policies between which the zone may be moved, and how much
// may go on at once.
#pragma once

#include <string>
#include <vector>

#include "enforcer/core/policy.h"

namespace kaspar::exhaustive {

constexpr Duration tick = std::chrono::hours{1};

struct Space {
    std::string name;
    std::vector<enforcer::Policy> policies;  ///< the first is in force at the beginning
    unsigned most_keys;                      ///< in play at once, of all roles
    unsigned most_given_up;                  ///< of them, keys whose roll was taken back
    bool quick;  ///< searched in every run of the tests, the others only when asked for
};

/// Rolls asked for and taken back at any time, under one policy.
std::vector<Space> rolls_of_ksk_and_zsk();
std::vector<Space> rolls_of_csk();
/// The policy changes back and forth at any time, rolls or not.
std::vector<Space> algorithm_rolls();
std::vector<Space> scheme_changes();
std::vector<Space> going_insecure_and_back();
std::vector<Space> edited_times();

}  // namespace kaspar::exhaustive

// The life of one zone as single commands at their times, each of which can be troubled: the first
// signing, a roll of each kind of key, changed content, another denial of existence, and the end.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/installation.h"

namespace kaspar::test::crash {

inline const std::string zone = "example.com", signed_zone = "example.com.signed";

struct Step {
    Time at;
    std::string words;                                         ///< what a person would type
    std::function<void(const Installation&)> edit;             ///< before it: what an editor does
    std::function<CommandResult(const Installation&)> action;  ///< one command
};

/// Keys in that key store of the installation.
std::vector<Step> life_of_a_zone(const std::string& keystore);

/// What the timers do when all is well: both programs, and the enforcer again. Gives the first
/// thing that one of them complains of, or nothing.
std::string turn(const Installation& site);

}  // namespace kaspar::test::crash

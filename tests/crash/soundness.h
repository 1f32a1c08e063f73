// What must hold of a set-up however its programs ended, and what it has come to.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/installation.h"

namespace kaspar::test::crash {

/// The numbers that may only grow: of the instruction, and of the one that was executed last.
struct Numbers {
    std::uint64_t instructed = 0;
    std::uint64_t executed = 0;
};

Numbers numbers(const Installation& site);

/// The first thing that is wrong, or nothing: the published zone is whole and valid, the database
/// opens and is intact, no number went back behind `before`, and every key that the zone needs is
/// in its key store. `judged` is the published zone that was found valid last, if that was at this
/// very time: most calls leave the zone as it was, and judging it takes a while.
std::string complaint(const Installation& site, const Numbers& before, std::string& judged);

/// What the set-up has come to, in words that are the same however it got there: the zone's keys
/// with their states, the keys in the key stores, and whether there is something to complain of.
std::string outcome(const Installation& site);

}  // namespace kaspar::test::crash

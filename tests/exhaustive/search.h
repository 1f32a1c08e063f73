// Breadth first through every state of a space, with a table of those seen.
#pragma once

#include <optional>
#include <string>

#include "tests/exhaustive/steps.h"

namespace kaspar::exhaustive {

struct Found {
    std::uint64_t states = 0, steps = 0;
    bool complete = true;   ///< false: the bound was reached first
    std::string complaint;  ///< empty: no state is bogus, insecure or stuck
};

/// Goes on until there is nothing new, or more than `most_states` have been seen. A complaint comes
/// with the shortest way that leads to it.
Found search(const Space& space, std::uint64_t most_states);

}  // namespace kaspar::exhaustive

// Programs of the operator's that Kaspar runs. They are run directly, never through a shell, and
// get what they are to know as data: nothing in a record can become a command.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/values/result.h"
#include "common/values/time.h"

namespace kaspar::enforcer {

struct Hook {
    std::string program;                                           ///< absolute
    std::string input;                                             ///< on its standard input
    std::vector<std::pair<std::string, std::string>> environment;  ///< beside PATH and LANG
    Duration time_limit;
};

struct HookEnd {
    bool good = false;   ///< it ended with exit status 0
    std::string words;   ///< how it ended: "exit status 3", "ended after 1m: too slow"
    std::string output;  ///< the first of what it printed, on both streams
};

/// Runs it to its end, or until its time is over; then it and what it started in its session are
/// killed. In a session of its own, with no file of ours open. Fault: input if there is no such
/// program, or if others could have changed it; io if it cannot be started.
Result<HookEnd> run_hook(const Hook& hook);

}  // namespace kaspar::enforcer

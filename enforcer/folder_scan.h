// Which zones' report or instruction files are not as the database has them. A folder in which
// nothing was added, removed or replaced since all was well in it is not looked through again.
#pragma once

#include "enforcer/enforcement.h"

namespace kaspar::enforcer {

/// The zones with a report that was not recorded, or without the instruction that was given.
///
/// `clock_file` is any file beside the two folders that may be touched: it tells the file system's
/// time. A folder that changed less than two seconds before the look is looked through again next
/// time, for a file that comes within one tick of that clock leaves no other trace. Against the
/// formats' rule a copying program may write over a report in place, which does not change the
/// folder; so a report that is awaited is looked at every time, and everything every ten minutes.
/// No zone is moved on an old report in any case: its step reads the file. Fault: io, state.
Result<std::vector<std::int64_t>> zones_with_other_files(const Enforcement& with,
                                                         const std::filesystem::path& clock_file);

}  // namespace kaspar::enforcer

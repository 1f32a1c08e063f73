// What a process has in memory is its own: keys and passphrases are in there.
#pragma once

namespace kaspar {

/// To be called first in main: memory is not written to a core file, and no other process of the
/// same user can look at it (PR_SET_DUMPABLE in prctl(2); RLIMIT_CORE, as a second lock). What the
/// process starts has no core files either, but is its own master otherwise.
void keep_memory_private();

}  // namespace kaspar

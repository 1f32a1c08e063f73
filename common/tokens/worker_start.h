// How token workers come to be: started by this program, or by a small process apart. The latter is
// for a program that gives up starting others and the network (the signer does): what a worker does
// is the vendor's, so it must not inherit that.
#pragma once

#include <string>
#include <vector>

#include "common/system/descriptor.h"
#include "common/values/result.h"

namespace kaspar::token {

struct StartedWorker {
    Descriptor process;  ///< pidfd_open(2)
    Descriptor socket;   ///< to its standard input
};

/// Starts kaspar-token-worker, which stands beside this program, in ../libexec/kaspar, or for
/// programs in a folder below, one up. It gets our environment without the variables named. Fault:
/// absent (it is not installed), io.
Result<StartedWorker> start_worker(const std::vector<std::string>& without);

/// From now on a process that is forked off here starts the workers, with the environment and the
/// rights of this moment. It can do nothing else, and ends with this one. To be called once, while
/// there is one thread. Fault: io.
Outcome start_workers_apart();

}  // namespace kaspar::token

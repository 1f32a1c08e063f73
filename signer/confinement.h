// What the signer may still ask of the kernel once it has started: a seccomp filter (seccomp(2))
// refuses what no run of it needs, so that whoever takes the process over through a zone file has
// as little of the machine as can be. Beside the hardening of its systemd unit, and where there is
// none.
#pragma once

#include "common/values/result.h"

namespace kaspar::signer {

// Both hold for this process and all that it starts from then on, for good; they get no new
// privileges either (PR_SET_NO_NEW_PRIVS). What is refused fails with EPERM. Fault: io if the
// kernel or a container does not allow a filter.

/// Refuses what neither a signer nor a token's module needs: debugging others, mounts, namespaces,
/// other users, kernel modules, BPF, keyrings, clocks, io_uring.
Outcome give_up_privileges();

/// Refuses other programs, and every socket that is not AF_UNIX. Token workers, which may need
/// both, are started apart (common/tokens/worker_start.h).
Outcome give_up_programs_and_network();

}  // namespace kaspar::signer

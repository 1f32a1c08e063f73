// What the signer may still ask of the kernel once it has started: a seccomp filter (seccomp(2))
// refuses what no run of it needs, so that whoever takes the process over through a zone file has
// as little of the machine as can be. Beside the hardening of its systemd unit, and where there is
// none.
#pragma once

#include "common/formats/configuration.h"
#include "common/values/result.h"

namespace kaspar::signer {

/// Whether token workers will be started. They inherit the filter, and a vendor's module in them
/// may need the network and programs of its own.
enum class Workers { none, of_tokens };

/// Workers::of_tokens if any key store of the configuration is a token.
Workers workers_of(const Configuration& configuration);

/// Installs the filter for this process and all that it starts, for good; they get no new
/// privileges either (PR_SET_NO_NEW_PRIVS). What is refused fails with EPERM: debugging others,
/// mounts, namespaces, other users, kernel modules, BPF, keyrings, clocks, io_uring; and, without
/// workers, other programs and every socket that is not AF_UNIX. Fault: io if the kernel or a
/// container does not allow it.
Outcome confine(Workers workers);

}  // namespace kaspar::signer

// The audit trail's newest event as it was last, kept beside the database in state/log.head: a
// trail whose end was cut off, or a database that is older than it, shows against it.
#pragma once

#include "common/formats/configuration.h"
#include "enforcer/store/move_chain.h"

namespace kaspar::enforcer {

std::filesystem::path kept_head_path(const Configuration& configuration);

/// Fault: state if the trail does not have the event that the file tells of; io.
Outcome check_kept_head(const Configuration& configuration, Database& database);

/// Writes down the trail's head, unless the file has it. Faults as check_kept_head(), and then the
/// file stays as it is: it is the evidence.
Outcome keep_head(const Configuration& configuration, Database& database);

}  // namespace kaspar::enforcer

// The folders of a set-up and its first files, with the owners and modes that they are to have.
#pragma once

#include "common/formats/configuration.h"

namespace kaspar::enforcer {

/// Makes those that are missing. Fault: io.
Outcome make_layout(const Configuration& configuration);

/// Makes the key with which the enforcer signs instructions. Refused if it is there. Fault: io.
Outcome make_enforcer_key(const Configuration& configuration);

/// Lets the groups that key stores name read those stores' folders and files. Fault: io, input.
Outcome open_to_groups(const Configuration& configuration);

}  // namespace kaspar::enforcer

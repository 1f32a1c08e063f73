// The folders of a set-up, with the modes that they are to have.
#pragma once

#include "common/formats/configuration.h"

namespace kaspar::enforcer {

/// Makes those that are missing. Fault: io.
Outcome make_layout(const Configuration& configuration);

/// Lets the groups that key stores name read those stores' folders and files. Fault: io, input.
Outcome open_to_groups(const Configuration& configuration);

}  // namespace kaspar::enforcer

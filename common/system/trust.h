// Whether what a file says may be believed, by who could have written it.
#pragma once

#include "common/system/file.h"

namespace kaspar {

/// Checks of a file or folder whose content is believed that not everybody on the machine may write
/// it. Fault: key, with the command that mends it; io.
Outcome check_writers(const Path& path);

}  // namespace kaspar

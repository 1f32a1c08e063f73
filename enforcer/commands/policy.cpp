#include <fmt/format.h>

#include "common/system/file.h"
#include "common/system/terminal.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/policy/policy_file.h"

namespace kaspar::enforcer {
Ending policy_list(Session&) {
    return ExitStatus::done;
}
Ending policy_show(Session&, const std::string&) {
    return ExitStatus::done;
}
Ending policy_check(const std::string&, bool) {
    return ExitStatus::done;
}
}  // namespace kaspar::enforcer

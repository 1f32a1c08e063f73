#include "common/system/trust.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

namespace kaspar {

Outcome check_writers(const Path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return io_fault("examine", path, errno);
    if ((status.st_mode & S_IWOTH) == 0)
        return Done{};
    return Fault{FaultClass::key,
                 fmt::format("{0} may be changed by everybody (mode {1:04o}), so it is not "
                             "believed; see what is in it, then run: chmod o-w '{0}'",
                             path.string(), status.st_mode & 07777)};
}

}  // namespace kaspar

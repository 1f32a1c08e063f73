#include "common/system/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

namespace kaspar {

Result<FileLock> FileLock::acquire(const Path& path, bool wait) {
    // O_NONBLOCK is for a FIFO in its place; flock() waits all the same.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644));
    if (!file.valid())
        return io_fault("lock", path, errno);
    if (::flock(file.number(), wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0)
        return FileLock(std::move(file));
    if (errno == EWOULDBLOCK)
        return Fault{
            FaultClass::refused,
            fmt::format("another process holds {}; wait until it has ended", path.string())};
    if (errno == EINTR)
        return Fault{FaultClass::refused,
                     fmt::format("interrupted while waiting for {}", path.string())};
    return io_fault("lock", path, errno);
}

}  // namespace kaspar

#include "tests/fuzz/input.h"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "common/values/result.h"

namespace kaspar::fuzz {

std::filesystem::path file_with(std::string_view content) {
    static const int file = ::memfd_create("input", MFD_CLOEXEC);
    const bool written =
        ::ftruncate(file, 0) == 0 &&
        ::pwrite(file, content.data(), content.size(), 0) == static_cast<ssize_t>(content.size());
    require(written, "a file in memory can be written");
    return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace kaspar::fuzz

#include "enforcer/backup/private_folder.h"

#include <stdlib.h>  // mkdtemp

#include <cerrno>

#include "common/system/file.h"

namespace kaspar::enforcer {

Result<PrivateFolder> PrivateFolder::make() {
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error);
    if (error)
        return Fault{FaultClass::io, "there is no folder for temporary files: " + error.message() +
                                         "; name one with $TMPDIR"};
    std::string name = (parent / "kaspar-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        return io_fault("make a folder in", parent, errno);
    return PrivateFolder(name);
}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

PrivateFolder::~PrivateFolder() {
    std::error_code ignored;
    if (!path_.empty())
        std::filesystem::remove_all(path_, ignored);
}

}  // namespace kaspar::enforcer

// A folder for files on their way, which nobody else may enter; removed with all that is in it.
#pragma once

#include <filesystem>

#include "common/values/result.h"

namespace kaspar::enforcer {

class PrivateFolder {
  public:
    /// Where $TMPDIR says, else /tmp. Fault: io.
    static Result<PrivateFolder> make();
    PrivateFolder(PrivateFolder&& other) noexcept;
    PrivateFolder& operator=(PrivateFolder&&) = delete;
    ~PrivateFolder();

    std::filesystem::path operator/(const char* name) const { return path_ / name; }

  private:
    explicit PrivateFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;  ///< empty: moved from
};

}  // namespace kaspar::enforcer

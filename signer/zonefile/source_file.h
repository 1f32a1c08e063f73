// A zone file's octets, seen through a window, and its identity: the digest is of the very octets
// that passed through the window.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/system/descriptor.h"
#include "common/values/digest.h"
#include "common/values/file_identity.h"
#include "common/values/result.h"

namespace kaspar::signer {

/// Octets of a file in memory, unless one item of it is longer.
constexpr std::size_t usual_window = std::size_t{1} << 20;

class SourceFile {
  public:
    /// Opens a regular file, and reads its first octets. Fault: io, naming the file and the cause.
    static Result<SourceFile> open(const std::filesystem::path& path, std::size_t window);

    /// What is in the window.
    std::string_view text() const { return std::string_view(window_).substr(0, filled_); }

    /// True if text() goes up to the end of the file.
    bool is_at_end() const { return is_at_end_; }

    /// Any user of the machine may read the file.
    bool is_open_to_all() const { return is_open_to_all_; }

    /// Moves the window on: the first `passed` octets leave it and others come in. It grows to
    /// twice its size if less than half of it has passed. Fault: io.
    Outcome move_on(std::size_t passed);

    /// Reads what is left of the file. Fault: io; also if the file changed while it was read.
    Result<FileIdentity> finish();

  private:
    SourceFile(std::filesystem::path path, Descriptor file);
    Outcome fill();

    std::filesystem::path path_;
    Descriptor file_;
    FileStamp before_{};  ///< as told before the first octet was read
    Digest digest_ = Digest::sha256();
    std::string window_;
    std::size_t filled_ = 0;
    std::uint64_t read_ = 0;  ///< octets in all
    bool is_at_end_ = false, is_open_to_all_ = false;
};

}  // namespace kaspar::signer

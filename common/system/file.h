// Files, whole or not at all. Every write that matters goes through here.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/values/file_identity.h"
#include "common/values/result.h"

struct stat;

namespace kaspar {

using Path = std::filesystem::path;

/// "cannot DOING FILE: CAUSE; REMEDY"; `error` as in errno.
Fault io_fault(std::string_view doing, const Path& path, int error);

/// Fault: io, naming the file and the cause.
Result<std::string> read_file(const Path& path);

/// read_file, or absent if there is no such file.
Result<std::optional<std::string>> read_file_if_there(const Path& path);

/// The group whose members may read what else only its owner may; absent: there is none.
using Readers = std::optional<gid_t>;

/// Fault: input, if there is no group of that name.
Result<gid_t> group_named(const std::string& name);

/// Reads a file that holds a secret. Fault: io; key if others than the owner, and the readers, may
/// read it.
Result<std::string> read_private_file(const Path& path, Readers readers = {});

/// Checks that nobody but the owner, and the readers, can read or enter a file or folder, and that
/// nobody but the owner can write. Fault: key, with the command that mends it; io.
Outcome check_private(const Path& path, Readers readers = {});

/// Lets the readers read a file, or enter a folder, of ours. What is made in the folder will have
/// their group. Fault: io.
Outcome open_to(const Path& path, gid_t readers);
Outcome open_folder_to(const Path& path, gid_t readers);

/// As root: a file belongs to whom its folder belongs, whose program it is to be read by. For
/// others nothing is done. Fault: io.
Outcome give_to_owner_of_folder(const Path& path);

/// A file being written beside its destination: temporary file in the same folder; commit() makes
/// it durable and puts it in place (fsync, rename, fsync of the folder). Dropped uncommitted, it is
/// removed and the destination stays as it was. Where the file system allows, the temporary file
/// has no name until it is put in place; its name starts with ".kaspar-".
class FileWriter {
  public:
    /// `mode` as for open(2). Fault: io.
    static Result<FileWriter> create(const Path& destination, unsigned mode = 0644);
    FileWriter(FileWriter&&) noexcept;
    FileWriter& operator=(FileWriter&&) noexcept;
    ~FileWriter();

    Outcome write(std::string_view text);  ///< Fault: io (disk full, …)
    Outcome flush();                       ///< makes what was written readable at temporary()
    Outcome sync();                        ///< flush(), and waits until it is on the disk

    /// Puts other octets in place of some that were written. Fault: io.
    Outcome overwrite(std::uint64_t at, std::string_view text);
    Path temporary() const;  ///< for this process, until it is put in place
    Outcome commit();        ///< Fault: io

    /// Puts it in place without waiting for the disk (write_cache()). Fault: io.
    Outcome commit_lightly();

  private:
    FileWriter(Path destination, Path temporary, int descriptor);
    void discard() noexcept;
    Outcome drain(std::string_view text);
    Outcome give_name();
    Outcome put_in_place();
    Path destination_, temporary_;  ///< temporary_ is empty while it has no name
    int descriptor_ = -1;
    std::string buffer_;
    bool is_on_disk_ = false;  ///< what was written
};

/// Writes a file whole. Fault: io.
Outcome write_file(const Path& path, std::string_view text, unsigned mode = 0644);

/// Writes a file whole, but leaves it to the system when it reaches the disk: for caches whose
/// readers see for themselves whether the content is good. After a crash it may be the old one, the
/// new one, or damaged. Fault: io.
Outcome write_cache(const Path& path, std::string_view text);

/// Gives a file that is whole another name in the same folder, durably; what has that name already
/// stays. Fault: refused, if something has it; io.
Outcome give_free_name(const Path& made, const Path& name);

/// Removes a file durably; absent is fine. Fault: io.
Outcome remove_file(const Path& path);

/// Makes a folder, and those of its parents that are missing, with this mode. A folder that is
/// there keeps its mode. Fault: io.
Outcome make_folder(const Path& path, unsigned mode = 0755);

/// Size, times, inode and SHA-256 of a file. Fault: io.
Result<FileIdentity> identify_file(const Path& path);

/// Size, modification time and inode of whatever is there; absent if that cannot be told.
std::optional<FileStamp> stamp_file(const Path& path);
std::optional<FileStamp> stamp_file(int descriptor);
FileStamp stamp_of(const struct stat& status);

/// True if size, modification time and inode are still those of `known` (the digest is not
/// computed).
bool looks_unchanged(const FileIdentity& known);

}  // namespace kaspar

#include "common/system/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include "common/system/descriptor.h"
#include "common/values/digest.h"
#include "common/values/encoding.h"

namespace kaspar {
namespace {

constexpr std::size_t write_block = 256 * 1024;
constexpr std::size_t read_block = 64 * 1024;
constexpr unsigned others = 0077;           // every permission of group and others
constexpr unsigned all_but_readers = 0027;  // the same, but that the group may read

std::string_view remedy(int error) {
    switch (error) {
        case ENOENT:
            return "; check the path";
        case EACCES:
        case EPERM:
            return "; check the owner and mode of the file and its folders, and which user runs "
                   "this";
        case ENOSPC:
        case EDQUOT:
            return "; free some space, or inodes (df -h, df -i)";
        case EROFS:
            return "; the file system is mounted read-only";
        case EMFILE:
        case ENFILE:
            return "; raise the limit on open files (ulimit -n)";
        case EFBIG:
            return "; raise the limit on file sizes (LimitFSIZE= of its unit, ulimit -f)";
        default:
            return "";
    }
}

/// The folder that holds `path`: "." for a bare file name.
Path folder_of(const Path& path) {
    const auto folder = path.parent_path();
    return folder.empty() ? Path(".") : folder;
}

Outcome sync_folder(const Path& folder) {
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor.valid())
        return io_fault("open", folder, errno);
    // EINVAL: a file system that cannot sync folders; nothing more can be done there.
    if (::fsync(descriptor.number()) != 0 && errno != EINVAL)
        return io_fault("sync", folder, errno);
    return Done{};
}

/// Hands the file to `take`, block by block.
template <typename Take>
Outcome read_blocks(const Path& path, int descriptor, Take take) {
    std::array<char, read_block> block;
    for (;;) {
        const auto size = ::read(descriptor, block.data(), block.size());
        if (size == 0)
            return Done{};
        if (size > 0)
            take(std::string_view(block.data(), std::size_t(size)));
        else if (errno != EINTR)
            return io_fault("read", path, errno);
    }
}

/// Straight into the text that is given, which never lies inside the string object: of a secret no
/// copy is left behind by growing, by moving, or on the stack.
Result<std::string> read_open_file(const Path& path, int descriptor) {
    constexpr std::size_t outside_object = 64;
    struct stat status {};
    if (::fstat(descriptor, &status) != 0)
        return io_fault("read", path, errno);
    std::string text(std::max(std::size_t(status.st_size) + 1, outside_object), '\0');
    std::size_t filled = 0;
    for (;;) {
        const auto size = ::read(descriptor, text.data() + filled, text.size() - filled);
        if (size == 0)
            break;
        if (size < 0 && errno != EINTR)
            return io_fault("read", path, errno);
        filled += size < 0 ? 0 : std::size_t(size);
        if (filled == text.size())  // it has grown, or is no file of a known size
            text.resize(2 * filled);
    }
    text.resize(filled);
    return text;
}

/// A file that is read without anyone waiting for it: a FIFO or a device could hold the reader for
/// ever, and with it every other zone.
constexpr int open_unattended = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

Outcome check_regular(const Path& path, int descriptor) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0)
        return io_fault("read", path, errno);
    if (S_ISREG(status.st_mode))
        return Done{};
    return Fault{FaultClass::io, fmt::format("cannot read {}: it is not a regular file; put one "
                                             "in its place",
                                             path.string())};
}

Outcome check_mode(const Path& path, const struct stat& status, Readers readers) {
    const bool is_theirs = readers && status.st_gid == *readers;
    if ((status.st_mode & (is_theirs ? all_but_readers : others)) == 0)
        return Done{};
    const bool is_folder = S_ISDIR(status.st_mode);
    const std::string remedy =
        readers ? fmt::format("chgrp {0} '{1}' && chmod {2} '{1}'", *readers, path.string(),
                              is_folder ? "2750" : "640")
                : fmt::format("chmod {} '{}'", is_folder ? "700" : "600", path.string());
    return Fault{
        FaultClass::key,
        fmt::format("{} is open to others than its owner{} (mode {:04o}); run: {}", path.string(),
                    readers ? " and its group of readers" : "", status.st_mode & 07777, remedy)};
}

std::int64_t modification_time(const struct stat& status) {
    return std::int64_t(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

/// Calls make(name) for names beside `destination` until one is not taken: an earlier process may
/// have had our number. Gives what `make` does, and the name in `temporary`.
template <typename Make>
int with_new_name(const Path& destination, Path& temporary, Make&& make) {
    static std::atomic<unsigned> counter = 0;
    for (;;) {
        temporary = folder_of(destination) / fmt::format(".kaspar-{}-{}", ::getpid(), ++counter);
        const int result = make(temporary.c_str());
        if (result >= 0 || errno != EEXIST)
            return result;
    }
}

/// Where this process finds a file that it has open.
Path path_of_open(int descriptor) {
    return fmt::format("/proc/self/fd/{}", descriptor);
}

/// A new file in the destination's folder that has no name yet, so that nothing is left of it if
/// this process is killed (open(2), O_TMPFILE). -1 if the file system or a missing /proc does not
/// allow that.
int open_unnamed(const Path& destination, unsigned mode) {
    const int descriptor =
        ::open(folder_of(destination).c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, mode_t(mode));
    if (descriptor < 0 || ::access(path_of_open(descriptor).c_str(), F_OK) == 0)
        return descriptor;
    ::close(descriptor);
    return -1;
}

int open_named(const Path& destination, unsigned mode, Path& temporary) {
    return with_new_name(destination, temporary, [&](const char* name) {
        return ::open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode));
    });
}

}  // namespace

Fault io_fault(std::string_view doing, const Path& path, int error) {
    return {FaultClass::io, fmt::format("cannot {} {}: {}{}", doing, path.string(),
                                        std::generic_category().message(error), remedy(error))};
}

Result<std::string> read_file(const Path& path) {
    const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.valid())
        return io_fault("read", path, errno);
    return read_open_file(path, descriptor.number());
}

Result<std::optional<std::string>> read_file_if_there(const Path& path) {
    const Descriptor descriptor(::open(path.c_str(), open_unattended));
    if (!descriptor.valid() && errno == ENOENT)
        return std::optional<std::string>();
    if (!descriptor.valid())
        return io_fault("read", path, errno);
    KASPAR_CHECK(check_regular(path, descriptor.number()));
    KASPAR_TRY(auto text, read_open_file(path, descriptor.number()));
    return std::optional(std::move(text));
}

Result<std::string> read_private_file(const Path& path, Readers readers) {
    const Descriptor descriptor(::open(path.c_str(), open_unattended));
    struct stat status {};
    if (!descriptor.valid() || ::fstat(descriptor.number(), &status) != 0)
        return io_fault("read", path, errno);
    KASPAR_CHECK(check_regular(path, descriptor.number()));
    KASPAR_CHECK(check_mode(path, status, readers));
    return read_open_file(path, descriptor.number());
}

Outcome check_private(const Path& path, Readers readers) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return io_fault("examine", path, errno);
    return check_mode(path, status, readers);
}

Result<gid_t> group_named(const std::string& name) {
    const group* found = ::getgrnam(name.c_str());
    if (found != nullptr)
        return found->gr_gid;
    return Fault{FaultClass::input,
                 fmt::format("there is no group '{}'; make it: groupadd --system {}", name, name)};
}

namespace {

Outcome give_to_group(const Path& path, gid_t group, mode_t mode) {
    struct stat status {};
    // A folder that hands its group on has done it, and a service may be forbidden to chown.
    const bool is_theirs = ::stat(path.c_str(), &status) == 0 && status.st_gid == group;
    if ((!is_theirs && ::chown(path.c_str(), static_cast<uid_t>(-1), group) != 0) ||
        ::chmod(path.c_str(), mode) != 0)
        return io_fault("change the group of", path, errno);
    return Done{};
}

}  // namespace

Outcome open_to(const Path& path, gid_t readers) {
    return give_to_group(path, readers, 0640);
}

Outcome open_folder_to(const Path& path, gid_t readers) {
    return give_to_group(path, readers, 02750);
}

Outcome give_to_owner_of_folder(const Path& path) {
    struct stat folder {};
    if (::geteuid() != 0)
        return Done{};
    if (::stat(folder_of(path).c_str(), &folder) != 0 ||
        ::lchown(path.c_str(), folder.st_uid, static_cast<gid_t>(-1)) != 0)
        return io_fault("change the owner of", path, errno);
    return Done{};
}

FileWriter::FileWriter(Path destination, Path temporary, int descriptor)
    : destination_(std::move(destination)),
      temporary_(std::move(temporary)),
      descriptor_(descriptor) {}

Path FileWriter::temporary() const {
    return temporary_.empty() ? path_of_open(descriptor_) : temporary_;
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : destination_(std::move(other.destination_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      buffer_(std::move(other.buffer_)),
      is_on_disk_(other.is_on_disk_) {}

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept {
    if (this == &other)
        return *this;
    discard();
    destination_ = std::move(other.destination_);
    temporary_ = std::move(other.temporary_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    buffer_ = std::move(other.buffer_);
    is_on_disk_ = other.is_on_disk_;
    return *this;
}

FileWriter::~FileWriter() {
    discard();
}

void FileWriter::discard() noexcept {
    if (descriptor_ < 0)
        return;
    ::close(std::exchange(descriptor_, -1));
    if (!temporary_.empty())
        ::unlink(temporary_.c_str());
}

Result<FileWriter> FileWriter::create(const Path& destination, unsigned mode) {
    Path temporary;
    int descriptor = open_unnamed(destination, mode);
    if (descriptor < 0)
        descriptor = open_named(destination, mode, temporary);
    if (descriptor < 0)
        return io_fault("write", destination, errno);
    return FileWriter(destination, std::move(temporary), descriptor);
}

Outcome FileWriter::write(std::string_view text) {
    if (buffer_.size() + text.size() < write_block) {
        buffer_ += text;
        return Done{};
    }
    KASPAR_CHECK(flush());
    return drain(text);
}

Outcome FileWriter::drain(std::string_view text) {
    while (!text.empty()) {
        is_on_disk_ = false;
        const auto size = ::write(descriptor_, text.data(), text.size());
        if (size >= 0)
            text.remove_prefix(std::size_t(size));
        else if (errno != EINTR)
            return io_fault("write", destination_, errno);
    }
    return Done{};
}

Outcome FileWriter::flush() {
    KASPAR_CHECK(drain(buffer_));
    buffer_.clear();
    return Done{};
}

Outcome FileWriter::sync() {
    KASPAR_CHECK(flush());
    if (!is_on_disk_ && ::fsync(descriptor_) != 0)
        return io_fault("write", destination_, errno);
    is_on_disk_ = true;
    return Done{};
}

Outcome FileWriter::overwrite(std::uint64_t at, std::string_view text) {
    KASPAR_CHECK(flush());
    is_on_disk_ = false;
    while (!text.empty()) {
        const auto size = ::pwrite(descriptor_, text.data(), text.size(), off_t(at));
        if (size < 0 && errno != EINTR)
            return io_fault("write", destination_, errno);
        const auto written = size < 0 ? 0 : std::size_t(size);
        text.remove_prefix(written);
        at += written;
    }
    return Done{};
}

Outcome FileWriter::commit() {
    KASPAR_CHECK(sync());
    KASPAR_CHECK(put_in_place());
    return sync_folder(folder_of(destination_));
}

Outcome FileWriter::commit_lightly() {
    KASPAR_CHECK(flush());
    return put_in_place();
}

/// A name beside the destination, from which it can be renamed.
Outcome FileWriter::give_name() {
    const auto unnamed = path_of_open(descriptor_);
    const int linked = with_new_name(destination_, temporary_, [&](const char* name) {
        return ::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW);
    });
    if (linked == 0)
        return Done{};
    const int error = errno;
    temporary_.clear();
    return io_fault("write", destination_, error);
}

Outcome FileWriter::put_in_place() {
    if (temporary_.empty())
        KASPAR_CHECK(give_name());
    // NFS reports a full disk at close at the earliest; the rename comes only after that.
    if (::close(std::exchange(descriptor_, -1)) != 0 ||
        ::rename(temporary_.c_str(), destination_.c_str()) != 0) {
        const int error = errno;
        ::unlink(temporary_.c_str());
        return io_fault("write", destination_, error);
    }
    return Done{};
}

Outcome write_file(const Path& path, std::string_view text, unsigned mode) {
    KASPAR_TRY(auto writer, FileWriter::create(path, mode));
    KASPAR_CHECK(writer.write(text));
    return writer.commit();
}

Outcome write_cache(const Path& path, std::string_view text) {
    KASPAR_TRY(auto writer, FileWriter::create(path));
    KASPAR_CHECK(writer.write(text));
    return writer.commit_lightly();
}

Outcome give_free_name(const Path& made, const Path& name) {
    const Descriptor file(::open(made.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid() || ::fsync(file.number()) != 0)
        return io_fault("write", made, errno);
    int renamed = ::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE);
    if (renamed != 0 && errno == EINVAL && ::access(name.c_str(), F_OK) != 0)
        renamed = ::rename(made.c_str(), name.c_str());  // a file system that cannot look itself
    if (renamed != 0 && errno == EEXIST)
        return Fault{FaultClass::refused, fmt::format("{} is there already", name.string())};
    if (renamed != 0)
        return io_fault("write", name, errno);
    return sync_folder(folder_of(name));
}

Outcome remove_file(const Path& path) {
    if (::unlink(path.c_str()) == 0)
        return sync_folder(folder_of(path));
    if (errno == ENOENT)
        return Done{};
    return io_fault("remove", path, errno);
}

Outcome make_folder(const Path& path, unsigned mode) {
    std::error_code error;
    if (path.empty() || std::filesystem::is_directory(path, error))
        return Done{};
    if (!path.has_filename())  // "a/b/" ends in an empty name
        return make_folder(path.parent_path(), mode);
    KASPAR_CHECK(make_folder(path.parent_path(), mode));
    if (::mkdir(path.c_str(), mode_t(mode)) == 0)
        return sync_folder(folder_of(path));
    if (const int failed = errno; failed != EEXIST || !std::filesystem::is_directory(path, error))
        return io_fault("make the folder", path, failed);
    return Done{};  // another process was faster
}

Result<FileIdentity> identify_file(const Path& path) {
    const Descriptor descriptor(::open(path.c_str(), open_unattended));
    struct stat status {};
    if (!descriptor.valid() || ::fstat(descriptor.number(), &status) != 0)
        return io_fault("read", path, errno);
    KASPAR_CHECK(check_regular(path, descriptor.number()));
    auto digest = Digest::sha256();
    KASPAR_CHECK(read_blocks(path, descriptor.number(),
                             [&](std::string_view block) { digest.add(as_bytes(block)); }));
    return FileIdentity{path, std::uint64_t(status.st_size), modification_time(status),
                        std::uint64_t(status.st_ino), to_hex(digest.finish())};
}

FileStamp stamp_of(const struct stat& status) {
    return {std::uint64_t(status.st_size), modification_time(status), std::uint64_t(status.st_ino)};
}

std::optional<FileStamp> stamp_file(const Path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? std::optional(stamp_of(status)) : std::nullopt;
}

std::optional<FileStamp> stamp_file(int descriptor) {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 ? std::optional(stamp_of(status)) : std::nullopt;
}

bool looks_unchanged(const FileIdentity& known) {
    return stamp_file(known.path) == known.stamp();
}

}  // namespace kaspar

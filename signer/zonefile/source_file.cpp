#include "signer/zonefile/source_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/values/encoding.h"

namespace kaspar::signer {

namespace {

Fault io_fault(const std::filesystem::path& path, std::string_view what) {
    return {FaultClass::io, fmt::format("{}: {}", path.string(), what)};
}

Fault io_fault(const std::filesystem::path& path, int error) {
    return io_fault(path, std::strerror(error));
}

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

SourceFile::SourceFile(std::filesystem::path path, Descriptor file)
    : path_(std::move(path)), file_(std::move(file)) {}

Result<SourceFile> SourceFile::open(const std::filesystem::path& path, std::size_t window) {
    SourceFile source(path, Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)));
    KASPAR_TRY(source.before_, source.status());
    // One octet more than the file has shows its end at once.
    source.window_.resize(std::min<std::uint64_t>(window, source.before_.size + 1));
    KASPAR_CHECK(source.fill());
    return source;
}

Result<SourceFile::Status> SourceFile::status() const {
    struct stat status;
    if (!file_.valid() || ::fstat(file_.number(), &status) != 0)
        return io_fault(path_, errno);
    if (!S_ISREG(status.st_mode))
        return io_fault(path_, "not a regular file");
    return Status{static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
                  status.st_ino};
}

Outcome SourceFile::fill() {
    while (filled_ < window_.size()) {
        const auto got = ::read(file_.number(), window_.data() + filled_, window_.size() - filled_);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_fault(path_, errno);
        is_at_end_ = got == 0;
        if (is_at_end_)
            break;
        const auto size = static_cast<std::size_t>(got);
        digest_.add(as_bytes(std::string_view(window_).substr(filled_, size)));
        filled_ += size;
        read_ += size;
    }
    return Done{};
}

Outcome SourceFile::move_on(std::size_t passed) {
    filled_ -= passed;
    std::memmove(window_.data(), window_.data() + passed, filled_);
    if (filled_ > window_.size() / 2)
        window_.resize(2 * window_.size());
    return fill();
}

Result<FileIdentity> SourceFile::finish() {
    while (!is_at_end_)
        KASPAR_CHECK(move_on(filled_));
    KASPAR_TRY(const auto after, status());
    if (after.size != before_.size || after.modified != before_.modified || read_ != after.size)
        return io_fault(path_, "the file changed while it was being read; it will be tried again");
    return FileIdentity{path_, read_, after.modified, after.inode, to_hex(digest_.finish())};
}

}  // namespace kaspar::signer

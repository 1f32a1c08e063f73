#include "signer/zonefile/source_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/system/file.h"
#include "common/values/encoding.h"

namespace kaspar::signer {

namespace {

Fault source_fault(const std::filesystem::path& path, std::string_view what) {
    return {FaultClass::io, fmt::format("{}: {}", path.string(), what)};
}

Fault source_fault(const std::filesystem::path& path, int error) {
    return source_fault(path, std::strerror(error));
}

}  // namespace

SourceFile::SourceFile(std::filesystem::path path, Descriptor file)
    : path_(std::move(path)), file_(std::move(file)) {}

Result<SourceFile> SourceFile::open(const std::filesystem::path& path, std::size_t window) {
    SourceFile source(path, Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)));
    struct stat status {};
    if (!source.file_.valid() || ::fstat(source.file_.number(), &status) != 0)
        return source_fault(path, errno);
    if (!S_ISREG(status.st_mode))
        return source_fault(path, "not a regular file");
    source.before_ = stamp_of(status);
    source.is_open_to_all_ = (status.st_mode & S_IROTH) != 0;
    // One octet more than the file has shows its end at once.
    source.window_.resize(std::min<std::uint64_t>(window, source.before_.size + 1));
    KASPAR_CHECK(source.fill());
    return source;
}

Outcome SourceFile::fill() {
    while (filled_ < window_.size()) {
        const auto got = ::read(file_.number(), window_.data() + filled_, window_.size() - filled_);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return source_fault(path_, errno);
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
    if (stamp_file(file_.number()) != before_ || read_ != before_.size)
        return source_fault(path_,
                            "the file changed while it was being read; it will be tried again");
    return FileIdentity{path_, read_, before_.modified, before_.inode, to_hex(digest_.finish())};
}

}  // namespace kaspar::signer

#include "signer/zonefile/source_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "common/system/descriptor.h"
#include "common/values/digest.h"
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

bool same_state(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && nanoseconds(a.st_mtim) == nanoseconds(b.st_mtim);
}

/// Reads up to the end; `expected` octets are likely. nullopt: errno tells.
std::optional<std::string> read_all(int descriptor, std::size_t expected) {
    std::string text(expected + 1, '\0');
    std::size_t size = 0;
    for (;;) {
        const auto got = ::read(descriptor, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return std::nullopt;
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
        if (size == text.size())
            text.resize(2 * size);
    }
    text.resize(size);
    return text;
}

}  // namespace

Result<SourceFile> read_source_file(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat before, after;
    if (file.number() < 0 || ::fstat(file.number(), &before) != 0)
        return io_fault(path, errno);
    if (!S_ISREG(before.st_mode))
        return io_fault(path, "not a regular file");
    auto text = read_all(file.number(), static_cast<std::size_t>(before.st_size));
    if (!text || ::fstat(file.number(), &after) != 0)
        return io_fault(path, errno);
    if (!same_state(before, after) || text->size() != static_cast<std::size_t>(after.st_size))
        return io_fault(path, "the file changed while it was being read; it will be tried again");
    FileIdentity identity{path, text->size(), nanoseconds(after.st_mtim), after.st_ino,
                          to_hex(sha256(as_bytes(*text)))};
    return SourceFile{std::move(*text), std::move(identity)};
}

}  // namespace kaspar::signer

#include "common/system/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cerrno>

namespace kaspar {
namespace {

using EntryPointer = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

EntryPointer regular_file(const std::string& name, std::uint64_t size) {
    EntryPointer entry(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    return entry;
}

}  // namespace

struct ArchiveWriter::Open {
    Path destination;
    FileWriter file;
    struct archive* handle = archive_write_new();
    std::optional<Fault> disk;  ///< why the file took no more

    Open(Path path, FileWriter writer) : destination(std::move(path)), file(std::move(writer)) {}
    Open(const Open&) = delete;
    ~Open() { archive_write_free(handle); }

    static la_ssize_t write(struct archive* handle, void* self, const void* block, size_t size) {
        auto* open = static_cast<Open*>(self);
        auto written = open->file.write({static_cast<const char*>(block), size});
        if (written.ok())
            return static_cast<la_ssize_t>(size);
        open->disk = std::move(written).fault();
        archive_set_error(handle, EIO, "the file took no more");
        return -1;
    }
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<Open> open) : open_(std::move(open)) {}
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter& ArchiveWriter::operator=(ArchiveWriter&&) noexcept = default;
ArchiveWriter::~ArchiveWriter() = default;

Fault ArchiveWriter::fault() const {
    if (open_->disk)
        return *open_->disk;
    return {FaultClass::io, fmt::format("cannot write {}: {}", open_->destination.string(),
                                        archive_error_string(open_->handle))};
}

Result<ArchiveWriter> ArchiveWriter::create(const Path& destination) {
    KASPAR_TRY(FileWriter file, FileWriter::create(destination, 0600));
    auto open = std::make_unique<Open>(destination, std::move(file));
    ArchiveWriter writer(std::move(open));
    struct archive* handle = writer.open_->handle;
    archive_write_set_format_pax_restricted(handle);
    if (archive_write_open(handle, writer.open_.get(), nullptr, &Open::write, nullptr) !=
        ARCHIVE_OK)
        return writer.fault();
    return writer;
}

Outcome ArchiveWriter::begin(const std::string& name, std::uint64_t size) {
    const auto entry = regular_file(name, size);
    if (archive_write_header(open_->handle, entry.get()) != ARCHIVE_OK)
        return fault();
    return Done{};
}

Outcome ArchiveWriter::append(std::string_view block) {
    while (!block.empty()) {
        const auto written = archive_write_data(open_->handle, block.data(), block.size());
        if (written <= 0)
            return fault();
        block.remove_prefix(static_cast<std::size_t>(written));
    }
    return Done{};
}

Outcome ArchiveWriter::add(const std::string& name, std::string_view content) {
    KASPAR_CHECK(begin(name, content.size()));
    return append(content);
}

Outcome ArchiveWriter::commit() {
    if (archive_write_close(open_->handle) != ARCHIVE_OK)
        return fault();
    return open_->file.commit();
}

struct ArchiveReader::Open {
    Path file;
    std::uint64_t size;
    struct archive* handle = archive_read_new();

    Open(Path path, std::uint64_t octets) : file(std::move(path)), size(octets) {}
    Open(const Open&) = delete;
    ~Open() { archive_read_free(handle); }
};

ArchiveReader::ArchiveReader(std::unique_ptr<Open> open) : open_(std::move(open)) {}
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader& ArchiveReader::operator=(ArchiveReader&&) noexcept = default;
ArchiveReader::~ArchiveReader() = default;

Fault ArchiveReader::fault() const {
    const char* words = archive_error_string(open_->handle);
    return {FaultClass::input,
            fmt::format("{} is damaged or no archive that Kaspar made: {}; use another backup",
                        open_->file.string(), words != nullptr ? words : "it is cut short")};
}

Result<ArchiveReader> ArchiveReader::open(const Path& file) {
    const auto stamp = stamp_file(file);
    if (!stamp)
        return io_fault("read", file, errno);
    ArchiveReader reader(std::make_unique<Open>(file, stamp->size));
    // Of all that libarchive reads only this: no compression that could blow up.
    archive_read_support_format_tar(reader.open_->handle);
    constexpr std::size_t block = 64 * 1024;
    if (archive_read_open_filename(reader.open_->handle, file.c_str(), block) != ARCHIVE_OK)
        return reader.fault();
    return reader;
}

Result<std::optional<ArchiveMember>> ArchiveReader::next() {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(open_->handle, &entry);
    if (code == ARCHIVE_EOF)
        return std::optional<ArchiveMember>{};
    const char* name = code == ARCHIVE_OK ? archive_entry_pathname(entry) : nullptr;
    if (name == nullptr)
        return fault();
    const bool is_link =
        archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr;
    if (archive_entry_filetype(entry) != AE_IFREG || is_link)
        return Fault{FaultClass::input,
                     fmt::format("{}: {} is not a regular file: Kaspar makes no such backups; "
                                 "nothing of it is used",
                                 open_->file.string(), name)};
    const auto size = static_cast<std::uint64_t>(archive_entry_size(entry));
    if (size > open_->size)
        return Fault{FaultClass::input,
                     fmt::format("{}: {} claims to be larger than the archive: it is damaged; "
                                 "nothing of it is used",
                                 open_->file.string(), name)};
    return std::optional(ArchiveMember{name, size});
}

Outcome ArchiveReader::read(const std::function<Outcome(std::string_view)>& take) {
    std::string block(256 * 1024, '\0');
    for (;;) {
        const auto size = archive_read_data(open_->handle, block.data(), block.size());
        if (size == 0)
            return Done{};
        if (size < 0)
            return fault();
        KASPAR_CHECK(take({block.data(), static_cast<std::size_t>(size)}));
    }
}

}  // namespace kaspar

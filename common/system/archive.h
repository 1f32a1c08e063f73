// A tar archive of regular files (POSIX pax, not compressed): written whole, read with suspicion.
// What the files are is the caller's.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "common/system/file.h"

namespace kaspar {

class ArchiveWriter {
  public:
    /// Mode 0600. Like FileWriter: without commit() there is no archive. Fault: io.
    static Result<ArchiveWriter> create(const Path& destination);
    ArchiveWriter(ArchiveWriter&&) noexcept;
    ArchiveWriter& operator=(ArchiveWriter&&) noexcept;
    ~ArchiveWriter();

    /// Adds a file. Fault: io.
    Outcome add(const std::string& name, std::string_view content);

    /// Begins a file of `size` octets, which append() then brings. Fault: io.
    Outcome begin(const std::string& name, std::uint64_t size);
    Outcome append(std::string_view block);

    Outcome commit();  ///< Fault: io

  private:
    struct Open;
    explicit ArchiveWriter(std::unique_ptr<Open> open);
    Fault fault() const;
    std::unique_ptr<Open> open_;
};

struct ArchiveMember {
    std::string name;
    std::uint64_t size;  ///< octets; never more than the archive has
};

class ArchiveReader {
  public:
    /// Fault: io; input if it is no such archive.
    static Result<ArchiveReader> open(const Path& file);
    ArchiveReader(ArchiveReader&&) noexcept;
    ArchiveReader& operator=(ArchiveReader&&) noexcept;
    ~ArchiveReader();

    /// The next file; absent after the last. Fault: input if it is anything but a regular file, or
    /// claims to be larger than the whole archive; a damaged or truncated archive.
    Result<std::optional<ArchiveMember>> next();

    /// Hands over the octets of the file that next() has named, block by block. Fault: input
    /// (damaged, cut short), or that of `take`.
    Outcome read(const std::function<Outcome(std::string_view)>& take);

  private:
    struct Open;
    explicit ArchiveReader(std::unique_ptr<Open> open);
    Fault fault() const;
    std::unique_ptr<Open> open_;
};

}  // namespace kaspar

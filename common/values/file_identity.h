// A file as it was when it was read or written: enough to see whether it is still the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace kaspar {

/// What tells a file from the one that was there before, without reading it.
struct FileStamp {
    std::uint64_t size;     ///< octets
    std::int64_t modified;  ///< nanoseconds since 1970
    std::uint64_t inode;

    bool operator==(const FileStamp&) const = default;
};

struct FileIdentity {
    std::filesystem::path path;
    std::uint64_t size;     ///< octets
    std::int64_t modified;  ///< nanoseconds since 1970
    std::uint64_t inode;
    std::string sha256;  ///< hex

    FileStamp stamp() const { return {size, modified, inode}; }
    bool operator==(const FileIdentity&) const = default;
};

}  // namespace kaspar

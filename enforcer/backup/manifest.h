// What a backup says of itself: manifest.json, the last file of the archive. It names every other
// file with its size and digest.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/values/result.h"
#include "common/values/time.h"

namespace kaspar::enforcer {

struct ManifestEntry {
    std::string name;
    std::uint64_t size;  ///< octets
    std::string sha256;  ///< hex

    bool operator==(const ManifestEntry&) const = default;
};

struct Manifest {
    static constexpr unsigned current_version = 1;
    static constexpr auto file_name = "manifest.json";

    Time made;
    std::string program;               ///< Kaspar's version
    unsigned database_version;         ///< how many migrations the database has had
    bool has_secrets;                  ///< passphrases, PINs and the enforcer's key
    std::vector<ManifestEntry> files;  ///< in their order in the archive
};

std::string manifest_text(const Manifest& manifest);

/// Fault: input, with every error. `backup` is named in it.
Result<Manifest> parse_manifest(const std::filesystem::path& backup, std::string_view text);

}  // namespace kaspar::enforcer

// The folders of reports and instructions, as they were when all was well in them.
#pragma once

#include <filesystem>

#include "enforcer/store/database.h"

namespace kaspar::enforcer {

/// Changes whenever a file in the folder is added, removed or replaced by another.
struct FolderStamp {
    std::int64_t device = 0, inode = 0;
    std::int64_t changed = 0;  ///< nanoseconds since 1970, by the file system's clock

    bool operator==(const FolderStamp&) const = default;
};

struct KnownFolder {
    FolderStamp stamp;
    std::int64_t looked_at = 0;  ///< when each file was compared; same clock
};

Result<std::optional<KnownFolder>> find_folder(Database& database,
                                               const std::filesystem::path& path);
Outcome save_folder(Database& database, const std::filesystem::path& path,
                    const KnownFolder& folder);

}  // namespace kaspar::enforcer

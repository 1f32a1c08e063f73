#include "enforcer/store/folders.h"

namespace kaspar::enforcer {

Result<std::optional<KnownFolder>> find_folder(Database& database,
                                               const std::filesystem::path& path) {
    return database.one<KnownFolder>(
        "SELECT device, inode, changed, looked_at FROM folders WHERE path = ?", {path.string()},
        [](const Row& row) -> KnownFolder {
            return {{row.integer(0), row.integer(1), row.integer(2)}, row.integer(3)};
        });
}

Outcome save_folder(Database& database, const std::filesystem::path& path,
                    const KnownFolder& folder) {
    return database.run(
        "INSERT OR REPLACE INTO folders (path, device, inode, changed, looked_at) "
        "VALUES (?, ?, ?, ?, ?)",
        {path.string(), folder.stamp.device, folder.stamp.inode, folder.stamp.changed,
         folder.looked_at});
}

}  // namespace kaspar::enforcer

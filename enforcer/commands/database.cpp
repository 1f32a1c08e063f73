#include <fmt/format.h>

#include "common/system/file.h"
#include "enforcer/commands/commands.h"

namespace kaspar::enforcer {

namespace {

/// Beside the database, named after the version that it had. One that is there is kept: it is of
/// an attempt that was cut short, after which the database may be anything.
Result<Path> keep_copy(Database& database, const Path& file, std::size_t version) {
    const Path copy = fmt::format("{}.version-{}", file.string(), version);
    std::error_code error;
    if (!std::filesystem::exists(copy, error))
        KASPAR_CHECK(database.copy_to(copy.string()));
    return copy;
}

}  // namespace

Ending database_upgrade(const CommonOptions& options) {
    KASPAR_TRY(const Configuration configuration, configuration_for(options));
    const Path file = configuration.database();
    KASPAR_TRY(Database database, Database::open_as_it_is(file.string()));
    KASPAR_TRY(const std::size_t version, database.version());
    const std::size_t wanted = migration_files().size();
    if (version == wanted) {
        print(fmt::format("{} has version {} already\n", file.string(), version));
        return ExitStatus::done;
    }
    KASPAR_CHECK(database.check_integrity());
    KASPAR_TRY(const Path copy, keep_copy(database, file, version));
    KASPAR_CHECK(database.migrate(migration_files()));
    print(fmt::format("{} had version {} and has {} now; {} is as it was\n", file.string(), version,
                      wanted, copy.string()));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

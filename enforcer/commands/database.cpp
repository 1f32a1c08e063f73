#include <fmt/format.h>

#include "common/system/file.h"
#include "enforcer/commands/commands.h"

namespace kaspar::enforcer {

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
    KASPAR_TRY(const std::string copy, database.keep_copy());
    KASPAR_CHECK(database.migrate(migration_files()));
    print(fmt::format("{} had version {} and has {} now; {} is as it was\n", file.string(), version,
                      wanted, copy));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

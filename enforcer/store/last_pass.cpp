#include "enforcer/store/last_pass.h"

namespace kaspar::enforcer {

Result<std::optional<LastPass>> last_pass(Database& database) {
    return database.one<
        LastPass>("SELECT at, failures, events FROM passes", {}, [](const Row& row) {
        return LastPass{row.time(0), static_cast<std::uint64_t>(row.integer(1)), row.integer(2)};
    });
}

Outcome save_last_pass(Database& database, const LastPass& pass) {
    return database.run(
        "INSERT INTO passes (id, at, failures, events) VALUES (1, ?, ?, ?) ON CONFLICT (id) DO "
        "UPDATE SET at = excluded.at, failures = excluded.failures, events = excluded.events",
        {pass.at, pass.failures, pass.events});
}

}  // namespace kaspar::enforcer

#include "enforcer/store/last_pass.h"

namespace kaspar::enforcer {

Result<std::optional<LastPass>> last_pass(Database& database) {
    return database.one<
        LastPass>("SELECT at, failures, events, boot, uptime FROM passes", {}, [](const Row& row) {
        LastPass pass{row.time(0), static_cast<std::uint64_t>(row.integer(1)), row.integer(2), {}};
        if (auto boot = row.maybe_text(3))
            pass.uptime = Uptime{std::move(*boot), row.duration(4)};
        return pass;
    });
}

Outcome save_last_pass(Database& database, const LastPass& pass) {
    return database.run(
        "INSERT INTO passes (id, at, failures, events, boot, uptime) VALUES (1, ?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET at = excluded.at, failures = excluded.failures, "
        "events = excluded.events, boot = excluded.boot, uptime = excluded.uptime",
        {pass.at, pass.failures, pass.events,
         pass.uptime ? std::optional(pass.uptime->boot) : std::nullopt,
         pass.uptime ? std::optional(pass.uptime->length) : std::nullopt});
}

}  // namespace kaspar::enforcer

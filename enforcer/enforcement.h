// What the enforcer's work is done with: made in main, handed to everything. No clock is read and
// no user asked for below this.
#pragma once

#include "common/formats/configuration.h"
#include "common/system/clock.h"
#include "enforcer/key_stores.h"
#include "enforcer/store/database.h"
#include "enforcer/store/moves.h"
#include "enforcer/store/zones.h"

namespace kaspar::enforcer {

struct Enforcement {
    const Configuration& configuration;
    Database& database;
    KeyStores& keystores;
    Time now;         ///< read once per pass or command
    std::string who;  ///< for the audit: the user, or the program
    std::optional<Uptime> uptime = {};
};

/// Adds an event to the audit, in the transaction that is open. `zone` absent: concerns all.
inline Outcome note_event(const Enforcement& with, std::optional<std::string> zone,
                          std::string what, std::string why = {},
                          std::optional<std::string> from = {},
                          std::optional<std::string> to = {}) {
    return record_move(with.database,
                       RecordedMove{0, with.now, with.who, std::move(zone), std::move(what),
                                    why.empty() ? std::nullopt : std::optional(std::move(why)),
                                    std::move(from), std::move(to)});
}

inline Outcome note(const Enforcement& with, const Zone& zone, std::string what,
                    std::string why = {}, std::optional<std::string> from = {},
                    std::optional<std::string> to = {}) {
    return note_event(with, zone_text(zone.name), std::move(what), std::move(why), std::move(from),
                      std::move(to));
}

}  // namespace kaspar::enforcer

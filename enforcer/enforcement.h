// What the enforcer's work is done with: made in main, handed to everything. No clock is read and
// no user asked for below this.
#pragma once

#include "common/formats/configuration.h"
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
};

/// Adds a row to the audit, in the transaction that is open.
inline Outcome note(const Enforcement& with, const Zone& zone, std::string what,
                    std::string why = {}, std::optional<std::string> from = {},
                    std::optional<std::string> to = {}) {
    return record_move(with.database,
                       RecordedMove{0, with.now, with.who, zone_text(zone.name), std::move(what),
                                    why.empty() ? std::nullopt : std::optional(std::move(why)),
                                    std::move(from), std::move(to)});
}

}  // namespace kaspar::enforcer

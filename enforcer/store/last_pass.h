// When the enforcer made its last pass, and how things were then.
#pragma once

#include "common/system/clock.h"
#include "enforcer/store/database.h"

namespace kaspar::enforcer {

struct LastPass {
    Time at;
    std::uint64_t failures;  ///< things that needed a person
    std::int64_t events;     ///< in the audit trail
    std::optional<Uptime> uptime;
};

Result<std::optional<LastPass>> last_pass(Database& database);
Outcome save_last_pass(Database& database, const LastPass& pass);

}  // namespace kaspar::enforcer

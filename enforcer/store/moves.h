// The audit: every move, when, by whom, why, from which state to which (design promise 7). Rows are
// added in the transaction of the move itself and never changed.
#pragma once

#include "enforcer/store/database.h"

namespace kaspar::enforcer {

struct RecordedMove {
    std::int64_t id = 0;
    Time at;
    std::string who;                  ///< the operating system's user, or the program
    std::optional<std::string> zone;  ///< absent: concerns all
    std::string what;
    std::optional<std::string> why;
    std::optional<std::string> from, to;
};

/// Adds an event at the end of the chain (move_chain.h).
Outcome record_move(Database& database, const RecordedMove& move);

/// The latest `limit` moves (of one zone), oldest first.
Result<std::vector<RecordedMove>> moves(Database& database, const std::optional<std::string>& zone,
                                        std::size_t limit);

/// The latest `limit` moves of a zone that say from which state to which, oldest first.
Result<std::vector<RecordedMove>> state_moves(Database& database, const std::string& zone,
                                              std::size_t limit);

/// The latest move of a zone. Absent: none.
Result<std::optional<RecordedMove>> last_move(Database& database, const std::string& zone);

}  // namespace kaspar::enforcer

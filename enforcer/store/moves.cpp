#include "enforcer/store/moves.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspar::enforcer {

namespace {

constexpr auto move_columns =
    "SELECT id, at, who, zone, what, why, from_state, to_state FROM moves ";

RecordedMove read_move(const Row& row) {
    return {row.integer(0), row.time(1),       row.text(2),       row.maybe_text(3),
            row.text(4),    row.maybe_text(5), row.maybe_text(6), row.maybe_text(7)};
}

}  // namespace

Outcome record_move(Database& database, const RecordedMove& move) {
    return database.run(
        "INSERT INTO moves (id, at, who, zone, what, why, from_state, to_state, hash) "
        "SELECT next, ?1, ?2, ?3, ?4, ?5, ?6, ?7, digest(before, next, ?1, ?2, ?3, ?4, ?5, ?6, ?7) "
        "FROM (SELECT (SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'moves') "
        "AS next, (SELECT hash FROM moves ORDER BY id DESC LIMIT 1) AS before)",
        {move.at, move.who, move.zone, move.what, move.why, move.from, move.to});
}

Result<std::vector<RecordedMove>> moves(Database& database, const std::optional<std::string>& zone,
                                        std::size_t limit) {
    auto found =
        zone ? database.all<RecordedMove>(
                   fmt::format("{} WHERE zone = ? ORDER BY id DESC LIMIT ?", move_columns),
                   {*zone, limit}, read_move)
             : database.all<RecordedMove>(fmt::format("{} ORDER BY id DESC LIMIT ?", move_columns),
                                          {limit}, read_move);
    if (found)
        std::reverse(found->begin(), found->end());
    return found;
}

Result<std::vector<RecordedMove>> state_moves(Database& database, const std::string& zone,
                                              std::size_t limit) {
    auto found = database.all<RecordedMove>(
        fmt::format("{} WHERE zone = ? AND from_state IS NOT NULL AND to_state IS NOT NULL "
                    "ORDER BY id DESC LIMIT ?",
                    move_columns),
        {zone, limit}, read_move);
    if (found)
        std::reverse(found->begin(), found->end());
    return found;
}

Result<std::optional<RecordedMove>> last_move(Database& database, const std::string& zone) {
    return database.one<RecordedMove>(
        fmt::format("{} WHERE zone = ? ORDER BY id DESC LIMIT 1", move_columns), {zone}, read_move);
}

}  // namespace kaspar::enforcer

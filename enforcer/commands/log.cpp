#include <fmt/format.h>

#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"

namespace kaspar::enforcer {

namespace {

Json optional_text(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json();
}

Json move_json(const RecordedMove& move) {
    return {{"at", to_rfc3339(move.at)},        {"who", move.who},
            {"zone", optional_text(move.zone)}, {"what", move.what},
            {"why", optional_text(move.why)},   {"from", optional_text(move.from)},
            {"to", optional_text(move.to)}};
}

std::string move_line(const RecordedMove& move) {
    std::string line = fmt::format("{} {} [{}] {}", to_rfc3339(move.at), move.zone.value_or("-"),
                                   move.who, move.what);
    if (move.from && move.to)
        line += fmt::format(": {} -> {}", *move.from, *move.to);
    else if (move.from || move.to)
        line += fmt::format(": {}", move.from ? "was " + *move.from : *move.to);
    if (move.why)
        line += fmt::format(" ({})", *move.why);
    return line + "\n";
}

}  // namespace

Ending show_log(Session& session, const std::optional<std::string>& name, std::size_t limit) {
    std::optional<std::string> zone;
    if (name) {
        // The log of a zone that was removed can still be read.
        KASPAR_TRY(const Name parsed, Name::from_text(*name));
        KASPAR_TRY(const auto removed, find_zone(session.database(), parsed));
        if (!removed)
            KASPAR_CHECK(known_zone(session.database(), *name));
        zone = zone_text(parsed);
    }
    KASPAR_TRY(const auto found, moves(session.database(), zone, limit));
    Json list = Json::array();
    for (const RecordedMove& move : found) {
        if (session.json())
            list.push_back(move_json(move));
        else
            print(move_line(move));
    }
    if (session.json())
        print(list.dump(2) + "\n");
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

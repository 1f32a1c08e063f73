#include <fmt/format.h>

#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/kept_head.h"

namespace kaspar::enforcer {

namespace {

Json optional_text(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json();
}

Json move_json(const RecordedMove& move) {
    return {{"number", move.id},
            {"at", to_rfc3339(move.at)},
            {"who", move.who},
            {"zone", optional_text(move.zone)},
            {"what", move.what},
            {"why", optional_text(move.why)},
            {"from", optional_text(move.from)},
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

Json check_json(const ChainCheck& check) {
    return {{"good", !check.broken},
            {"events", check.events},
            {"from", json_time(check.from)},
            {"to", json_time(check.to)},
            {"head", check.head ? Json(text_of(*check.head)) : Json()},
            {"broken", optional_text(check.broken)}};
}

std::string check_text(const ChainCheck& check) {
    if (check.broken)
        return fmt::format("NOT as it was recorded: {}\n", *check.broken);
    if (!check.head)
        return "good: no events yet\n";
    return fmt::format("good: {} events from {} to {}\nhead  {}\n", check.events,
                       to_rfc3339(*check.from), to_rfc3339(*check.to), text_of(*check.head));
}

/// The whole trail, then the heads that were kept.
Result<ChainCheck> check_all(Session& session, const std::optional<ChainHead>& noted) {
    KASPAR_TRY(ChainCheck check, check_chain(session.database()));
    const auto hold = [&](const Outcome& outcome) {
        if (!outcome.ok() && !check.broken)
            check.broken = outcome.fault().words;
    };
    hold(check_kept_head(session.configuration(), session.database()));
    if (noted)
        hold(check_holds(session.database(), *noted));
    return check;
}

}  // namespace

Ending verify_log(Session& session, const std::optional<std::string>& head) {
    std::optional<ChainHead> noted;
    if (head) {
        const auto read = chain_head_from_text(*head);
        if (!read.ok())
            return Fault{FaultClass::usage, "--head: " + read.fault().words};
        noted = *read;
    }
    KASPAR_TRY(const ChainCheck check, check_all(session, noted));
    print(session.json() ? check_json(check).dump(2) + "\n" : check_text(check));
    return check.broken ? ExitStatus::attention : ExitStatus::done;
}

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

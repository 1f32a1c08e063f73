#include <fmt/format.h>

#include "common/system/log.h"
#include "enforcer/commands/calendar.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/commands/report_parts.h"
#include "enforcer/report/drawing.h"

namespace kaspar::enforcer {

namespace {

/// Nobody plans further ahead, and times stay far from where they would overflow.
constexpr Duration furthest = std::chrono::days{36500};

Result<std::optional<Time>> read_until(const std::optional<std::string>& text, Time now) {
    if (!text)
        return std::optional<Time>{};
    const auto length = parse_duration(*text);
    const auto time = parse_rfc3339(*text);
    if (!length && !time.ok())
        return Fault{FaultClass::usage,
                     fmt::format("--until: '{}' is neither a duration such as 90d nor a time such "
                                 "as 2027-01-01T00:00:00Z",
                                 *text)};
    if (length && *length > furthest)
        return Fault{FaultClass::usage, "--until: at most 100 years ahead"};
    const Time until = length ? now + *length : *time;
    if (until <= now || until - now > furthest)
        return Fault{FaultClass::usage,
                     fmt::format("--until: {} is not between now ({}) and 100 years ahead",
                                 to_rfc3339(until), to_rfc3339(now))};
    return std::optional(until);
}

Json to_json(const Forecast& forecast, const ZoneView& view, const Assumptions& assumptions,
             const std::vector<std::string>& reserved) {
    Json events = Json::array();
    for (const Event& event : forecast.events)
        events.push_back(to_json(event, forecast.keys, view.name()));
    return {{"zone", view.name()},
            {"from", to_rfc3339(forecast.from)},
            {"until", to_rfc3339(forecast.until)},
            {"assumptions", assumed(assumptions, view.policy)},
            {"reservations", reserved},
            {"cut_off", forecast.cut_off},
            {"events", events}};
}

Assumptions assumptions_of(const ForecastWish& wish) {
    return {!wish.without_parent, !wish.without_approval, true};
}

/// Of the zone that is named, or of all: one that stands still keeps the others from no calendar.
Ending calendar(Session& session, const ForecastWish& wish, std::optional<Time> until) {
    std::vector<Zone> asked;
    if (wish.zone.empty()) {
        KASPAR_TRY(asked, zones(session.database()));
    } else {
        KASPAR_TRY(asked.emplace_back(), known_zone(session.database(), wish.zone));
    }
    std::vector<ForeseenOf> foreseen;
    for (const Zone& zone : asked) {
        auto forecast = foresee_zone(session, zone, until, assumptions_of(wish));
        if (forecast.ok())
            foreseen.push_back({zone_text(zone.name), std::move(*forecast)});
        else if (asked.size() == 1)
            return std::move(forecast).fault();
        else
            complain("kaspar", forecast.fault().words, zone_text(zone.name));
    }
    print(calendar_text(foreseen));
    return foreseen.size() == asked.size() ? ExitStatus::done : ExitStatus::attention;
}

Ending drawing(Session& session, const ZoneView& view, const Forecast& foreseen,
               const ForecastWish& wish) {
    KASPAR_TRY(const auto keys, known_keys(session, view.zone));
    KASPAR_TRY(const auto states, known_states(session, view));
    const auto extent = wish.until ? Extent::whole : Extent::readable;
    const Timeline timeline = timeline_of(view, keys, states, foreseen, extent);
    KASPAR_CHECK(write_shown(*wish.drawing, svg_file(timeline, report_file("timeline.css"))));
    return ExitStatus::done;
}

}  // namespace

Ending forecast(Session& session, const ForecastWish& wish) {
    KASPAR_TRY(const auto until, read_until(wish.until, session.now()));
    if (wish.drawing && session.json())
        return Fault{FaultClass::usage, "forecast: --svg and --json exclude each other"};
    if (wish.as_calendar)
        return calendar(session, wish, until);
    KASPAR_TRY(const Zone zone, known_zone(session.database(), wish.zone));
    KASPAR_TRY(const Forecast foreseen, foresee_zone(session, zone, until, assumptions_of(wish)));
    KASPAR_TRY(const ZoneView view, view_zone(session.with(), zone));
    if (wish.drawing)
        return drawing(session, view, foreseen, wish);
    const Assumptions assumptions = assumptions_of(wish);
    const auto reserved = reservations(session, view);
    if (session.json()) {
        print(to_json(foreseen, view, assumptions, reserved).dump(2) + "\n");
        return ExitStatus::done;
    }
    print(fmt::format("assumed: {}\n", assumed(assumptions, view.policy)));
    for (const std::string& words : reserved)
        print(fmt::format("but: {}\n", words));
    print("\n" + forecast_text(foreseen, view.name(), wish.all_states));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

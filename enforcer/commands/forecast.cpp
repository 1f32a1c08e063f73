#include <fmt/format.h>

#include "common/system/log.h"
#include "enforcer/commands/calendar.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/report_intake.h"

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

/// What stands in the way of the forecast coming true, beyond what it assumes.
std::vector<std::string> reservations(const ZoneView& view, Session& session) {
    std::vector<std::string> found;
    if (view.zone.trouble)
        found.push_back("the zone stands still until this is mended: " + *view.zone.trouble);
    if (view.policy_fault)
        found.push_back(fmt::format("policy {}: the file as it is now is not in force: {}",
                                    view.zone.policy, *view.policy_fault));
    if (view.report && report_is_new(session.configuration(), view.zone.name, view.zone.report))
        found.push_back(
            "the enforcer has not taken in the signer's last report; its next pass may shorten "
            "waits");
    return found;
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

Result<Forecast> foresee_zone(Session& session, const Zone& zone, const ForecastWish& wish,
                              std::optional<Time> until) {
    KASPAR_TRY(const Policy policy, policy_in_force(session.database(), zone.policy));
    KASPAR_TRY(Outset outset, outset_of(session, zone));
    return foresee(std::move(outset), policy, session.now(), until, assumptions_of(wish));
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
        auto forecast = foresee_zone(session, zone, wish, until);
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

}  // namespace

Ending forecast(Session& session, const ForecastWish& wish) {
    KASPAR_TRY(const auto until, read_until(wish.until, session.now()));
    if (wish.as_calendar)
        return calendar(session, wish, until);
    KASPAR_TRY(const Zone zone, known_zone(session.database(), wish.zone));
    KASPAR_TRY(const Forecast foreseen, foresee_zone(session, zone, wish, until));
    KASPAR_TRY(const ZoneView view, view_zone(session.with(), zone));
    const Assumptions assumptions = assumptions_of(wish);
    const auto reserved = reservations(view, session);
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

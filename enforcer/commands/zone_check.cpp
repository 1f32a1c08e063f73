#include <fmt/format.h>

#include <algorithm>

#include "common/system/terminal.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/servers/zone_watch.h"

namespace kaspar::enforcer {

namespace {

Result<Publication> published_of(const ZoneView& view) {
    if (view.policy.watch.empty())
        return Fault{FaultClass::input,
                     fmt::format("policy {} names no servers of the zone; list them under "
                                 "zone.watch",
                                 view.zone.policy)};
    if (!view.report || !view.report->publication)
        return Fault{FaultClass::refused,
                     fmt::format("nothing of zone {} is published yet", view.name())};
    return *view.report->publication;
}

std::string table_text(const std::vector<ServerAnswer>& answers) {
    Table table({{"server"}, {"serial", Column::Align::right}, {"verdict"}});
    for (const ServerAnswer& answer : answers)
        table.add({answer.server, answer.content.value_or("-"),
                   answer.trouble.empty() ? Cell{"serves it", Tint::good}
                                          : Cell{answer.trouble, Tint::bad}});
    return table.text(standard_output());
}

Json to_json(const ZoneView& view, const Publication& published,
             const std::vector<ServerAnswer>& answers, bool everywhere) {
    return {{"zone", view.name()},
            {"serial", published.serial},
            {"everywhere", everywhere},
            {"servers", to_json(answers)}};
}

}  // namespace

Ending zone_check(Session& session, const std::string& name) {
    KASPAR_TRY(const Zone zone, known_zone(session.database(), name));
    KASPAR_TRY(const ZoneView view, view_zone(session.with(), zone));
    KASPAR_TRY(const Publication published, published_of(view));
    const WatchedZone watched{zone, view.policy, published};
    const auto answers = std::move(ask_zone_servers(session.with(), {&watched, 1})[0]);
    const bool everywhere = lag_words(answers).empty();
    if (session.json())
        print(to_json(view, published, answers, everywhere).dump(2) + "\n");
    else
        print(fmt::format("published  serial {} at {}\n\n{}", published.serial,
                          to_rfc3339(published.published), table_text(answers)));
    return everywhere ? ExitStatus::done : ExitStatus::attention;
}

}  // namespace kaspar::enforcer

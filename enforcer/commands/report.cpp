#include <fmt/format.h>

#include "enforcer/commands/commands.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/commands/report_parts.h"
#include "enforcer/commands/troubles.h"
#include "enforcer/report/chapter.h"
#include "enforcer/report/overview.h"
#include "enforcer/report/page.h"

namespace kaspar::enforcer {

namespace {

// A page about one zone has its log as `kaspar log` shows it; one about many stays of a size that
// people can open and send.
constexpr std::size_t most_chapters = 200;
constexpr std::size_t moves_alone = 1000, moves_among_others = 100;

/// A zone that stands still has no forecast; its chapter says why, and all else.
void add_outlook(Session& session, Chapter& chapter) {
    auto forecast = foresee_zone(session, chapter.view.zone, std::nullopt);
    chapter.doubts = reservations(session, chapter.view);
    chapter.assumed = assumed({}, chapter.view.policy);
    if (forecast.ok())
        chapter.forecast = std::move(*forecast);
    else
        chapter.doubts = {"There is no forecast: " + forecast.fault().words};
}

Result<std::string> chapter_text(Session& session, const ZoneView& view, bool alone) {
    Chapter chapter{.view = view, .now = session.now()};
    KASPAR_TRY(chapter.keys, known_keys(session, view.zone));
    KASPAR_TRY(chapter.states, known_states(session, view));
    const auto most = alone ? moves_alone : moves_among_others;
    KASPAR_TRY(chapter.log, moves(session.database(), view.name(), most));
    chapter.log_is_cut = chapter.log.size() == most;
    chapter.way_back = alone ? "" : "#overview";
    add_outlook(session, chapter);
    Markup markup;
    add_chapter(markup, chapter);
    return std::move(markup).take();
}

Result<std::vector<std::string>> troubles(Session& session, std::span<const ZoneView> views) {
    std::vector<std::string> found;
    KASPAR_TRY(const auto failing, failing_keystores(session.database()));
    for (const FailingKeyStore& store : failing)
        found.push_back(words_of(store, views, session.now()));
    return found;
}

Result<std::vector<ZoneView>> chosen(Session& session, const std::optional<std::string>& name) {
    if (!name)
        return view_all(session.with());
    KASPAR_TRY(const Zone zone, known_zone(session.database(), *name));
    KASPAR_TRY(ZoneView view, view_zone(session.with(), zone));
    std::vector<ZoneView> views;
    views.push_back(std::move(view));
    return views;
}

}  // namespace

Ending report(Session& session, const ReportWish& wish) {
    if (session.json())
        return Fault{FaultClass::usage,
                     "report: a page is for people; `kaspar status`, `forecast` and `log` tell the "
                     "same with --json"};
    KASPAR_TRY(auto views, chosen(session, wish.zone));
    sort_by_urgency(views, session.now());
    PageContents contents{session.now(), {}, views, {}, {}};
    if (wish.zone)
        contents.zone = views.front().name();
    KASPAR_TRY(contents.troubles, troubles(session, views));
    for (std::size_t i = 0; i < std::min(views.size(), most_chapters); ++i) {
        KASPAR_TRY(auto chapter, chapter_text(session, views[i], wish.zone.has_value()));
        contents.chapters.push_back(std::move(chapter));
    }
    const PageStyle style{report_file("timeline.css") + report_file("page.css"),
                          report_file("page.js")};
    KASPAR_CHECK(write_shown(wish.file, page_text(contents, style)));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/emission.h"
#include "enforcer/kept_head.h"
#include "enforcer/key_making.h"
#include "enforcer/report_intake.h"

namespace kaspar::enforcer {

namespace {

struct Reason {
    std::string zone;  ///< empty: concerns all
    std::string words;
};

/// A zone that was added and not yet worked on is not ill, but one that is long due is.
constexpr Duration late = std::chrono::hours{1};

/// Since when the enforcer has had work with the zone: an event, a new zone, a report not yet read.
std::optional<Time> due_since(Session& session, const ZoneView& view) {
    std::optional<Time> due = view.zone.next_event;
    const auto no_later_than = [&](Time time) { due = std::min(due.value_or(time), time); };
    if (view.zone.flagged && view.remembered.history.generation == 0)
        no_later_than(view.zone.added);
    if (view.report && report_is_new(session.configuration(), view.zone.name, view.zone.report))
        no_later_than(view.report->last_run.at);
    return due;
}

void add_overdue(Session& session, const ZoneView& view, std::vector<Reason>& reasons) {
    const auto due = due_since(session, view);
    if (due && *due + late < session.now())
        reasons.push_back({view.name(), fmt::format("the enforcer was due at {} and has not run; "
                                                    "start kaspar-enforcer",
                                                    to_rfc3339(*due))});
}

/// The signer has had time to carry out what it was instructed, and has not even looked at it.
void add_idle_signer(Session& session, const ZoneView& view, std::vector<Reason>& reasons) {
    const auto standing = standing_instruction(session.configuration(), view.zone);
    if (!standing.ok())
        return reasons.push_back({view.name(), standing.fault().words});
    if (!*standing || (*standing)->issued + late >= session.now())
        return;
    const bool looked_at =
        view.report && view.report->last_run.generation >= (*standing)->generation;
    if (!looked_at)
        reasons.push_back(
            {view.name(), fmt::format("the signer has not carried out instruction {} of {}; start "
                                      "kaspar-signer",
                                      (*standing)->generation, to_rfc3339((*standing)->issued))});
}

void add_zone(Session& session, const ZoneView& view, std::vector<Reason>& reasons) {
    for (std::string& words : needs_a_person(view, session.now()))
        reasons.push_back({view.name(), std::move(words)});
    add_overdue(session, view, reasons);
    add_idle_signer(session, view, reasons);
    const auto present = check_presence(session.with(), view.remembered.rows);
    if (!present.ok() && !view.zone.trouble)
        reasons.push_back({view.name(), present.fault().words});
}

Result<std::vector<Reason>> reasons_of(Session& session) {
    std::vector<Reason> reasons;
    if (const auto intact = session.database().check_integrity(); !intact.ok())
        reasons.push_back({"", intact.fault().words});
    if (const auto kept = check_kept_head(session.configuration(), session.database()); !kept.ok())
        reasons.push_back({"", kept.fault().words});
    KASPAR_TRY(const auto latest, latest_move(session.database()));
    if (latest && latest->at > session.now())
        reasons.push_back(
            {"", fmt::format("the clock says {}, but zone {} was moved at {}: set "
                             "the clock right",
                             to_rfc3339(session.now()), latest->zone, to_rfc3339(latest->at))});
    KASPAR_TRY(const auto failing, failing_keystores(session.database()));
    KASPAR_TRY(const auto views, view_all(session));
    for (const FailingKeyStore& store : failing)
        reasons.push_back({"", words_of(store, views, session.now())});
    for (const ZoneView& view : views)
        add_zone(session, view, reasons);
    return reasons;
}

void print_json(const std::vector<Reason>& reasons) {
    Json list = Json::array();
    for (const Reason& reason : reasons)
        list.push_back(
            {{"zone", reason.zone.empty() ? Json() : Json(reason.zone)}, {"reason", reason.words}});
    print(Json{{"good", reasons.empty()}, {"reasons", list}}.dump(2) + "\n");
}

}  // namespace

Ending health(Session& session) {
    KASPAR_TRY(const auto reasons, reasons_of(session));
    if (session.json()) {
        print_json(reasons);
    } else {
        for (const Reason& reason : reasons)
            print(fmt::format("{}{}{}\n", reason.zone, reason.zone.empty() ? "" : ": ",
                              reason.words));
        if (reasons.empty())
            print("good\n");
    }
    return reasons.empty() ? ExitStatus::done : ExitStatus::attention;
}

}  // namespace kaspar::enforcer

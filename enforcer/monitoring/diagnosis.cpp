#include "enforcer/monitoring/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/clock_step.h"
#include "enforcer/commands/troubles.h"
#include "enforcer/emission.h"
#include "enforcer/kept_head.h"
#include "enforcer/key_making.h"
#include "enforcer/report_intake.h"
#include "enforcer/store/test_alert.h"

namespace kaspar::enforcer {

namespace {

using Reasons = std::vector<Reason>;

/// Since when the enforcer has had work with the zone: an event, a new zone, a report not yet read.
std::optional<Time> due_since(const Enforcement& with, const ZoneView& view) {
    std::optional<Time> due = view.zone.next_event;
    const auto no_later_than = [&](Time time) { due = std::min(due.value_or(time), time); };
    if (view.zone.flagged && !view.history_fault && !view.zone.restored &&
        view.remembered.history.generation == 0)
        no_later_than(view.zone.added);
    if (view.report && report_is_new(with.configuration, view.zone.name, view.zone.report))
        no_later_than(view.report->last_run.at);
    return due;
}

/// A zone that was added and not yet worked on is not ill, but one that is long due is. Of one that
/// stands still, what stops it is told.
void add_overdue(const Enforcement& with, const ZoneView& view, Reasons& reasons) {
    if (view.zone.trouble)
        return;
    const auto due = due_since(with, view);
    if (due && *due + with.configuration.health.enforcer_late < with.now)
        reasons.push_back({Reason::Severity::warning, view.name(),
                           fmt::format("the enforcer was due at {} and has not run; start "
                                       "kaspar-enforcer",
                                       to_rfc3339(*due))});
}

/// The signer has had time to carry out what it was instructed, and has not even looked at it.
void add_idle_signer(const Enforcement& with, const ZoneView& view, Reasons& reasons) {
    const auto standing = standing_instruction(with.configuration, view.zone);
    if (!standing.ok())
        return reasons.push_back({Reason::Severity::warning, view.name(), standing.fault().words});
    if (!*standing || (*standing)->issued + with.configuration.health.signer_late >= with.now)
        return;
    const bool looked_at =
        view.report && view.report->last_run.generation >= (*standing)->generation;
    if (!looked_at)
        reasons.push_back(
            {Reason::Severity::warning, view.name(),
             fmt::format("the signer has not carried out instruction {} of {}; start kaspar-signer",
                         (*standing)->generation, to_rfc3339((*standing)->issued))});
}

/// Other waits for people are told at once.
void add_blocked(const Enforcement& with, const ZoneView& view, Reasons& reasons) {
    const auto& longest = with.configuration.health.blocked;
    const Wait* wait = blocking_wait(view.plan, with.now);
    if (!longest || wait == nullptr || !view.zone.blocked_since ||
        view.zone.blocked_on != word(wait->on) ||
        (wait->on != Waiting::parent && wait->on != Waiting::operator_pause))
        return;
    const Duration waited = with.now - *view.zone.blocked_since;
    if (waited > *longest)
        reasons.push_back(
            {Reason::Severity::warning, view.name(),
             fmt::format("waits for {} since {}: {}; `kaspar explain {}`", word(wait->on),
                         to_rfc3339(*view.zone.blocked_since), words_of(*wait), view.name())});
}

void add_expiry(const ZoneView& view, Time now, Reasons& reasons) {
    if (auto words = expiry_trouble(view, now))
        reasons.push_back({*view.first_expiry() - now < view.expiry_critical
                               ? Reason::Severity::critical
                               : Reason::Severity::warning,
                           view.name(), std::move(*words)});
}

void add_zone(const Enforcement& with, const ZoneView& view, Reasons& reasons) {
    add_expiry(view, with.now, reasons);
    for (std::string& words : other_troubles(view))
        reasons.push_back(
            {view.history_fault == words ? Reason::Severity::critical : Reason::Severity::warning,
             view.name(), std::move(words)});
    add_overdue(with, view, reasons);
    add_idle_signer(with, view, reasons);
    add_blocked(with, view, reasons);
    const auto present = check_presence(with, view.remembered.rows);
    if (!present.ok() && !view.zone.trouble)
        reasons.push_back({Reason::Severity::warning, view.name(), present.fault().words});
}

void add_database(const Enforcement& with, Reasons& reasons) {
    for (const auto& outcome :
         {with.database.check_integrity(), check_kept_head(with.configuration, with.database)})
        if (!outcome.ok())
            reasons.push_back({Reason::Severity::critical, "", outcome.fault().words});
}

Outcome add_clock(const Enforcement& with, Reasons& reasons) {
    KASPAR_TRY(auto complaint, complaint_of_clock(with));
    if (complaint)
        reasons.push_back({Reason::Severity::critical, "", *std::move(complaint)});
    return Done{};
}

Outcome add_test_alert(const Enforcement& with, Reasons& reasons) {
    KASPAR_TRY(const auto until, test_alert(with.database, with.now));
    if (until)
        reasons.push_back(
            {Reason::Severity::warning, "",
             fmt::format("TEST ALERT, nothing is wrong: somebody looks whether alerts arrive; it "
                         "ends at {} or with `kaspar health --end-test-alert`",
                         to_rfc3339(*until))});
    return Done{};
}

std::optional<NearestExpiry> nearest_expiry(const std::vector<ZoneView>& views) {
    std::optional<NearestExpiry> nearest;
    for (const ZoneView& view : views)
        if (const auto expiry = view.first_expiry(); expiry && (!nearest || *expiry < nearest->at))
            nearest =
                NearestExpiry{view.name(), *expiry, view.expiry_warning, view.expiry_critical};
    return nearest;
}

}  // namespace

std::string_view word(Reason::Severity severity) {
    return severity == Reason::Severity::critical ? "critical" : "warning";
}

std::string Reason::text() const {
    return zone.empty() ? words : zone + ": " + words;
}

Result<Diagnosis> diagnose(const Enforcement& with) {
    Diagnosis diagnosis;
    Reasons& reasons = diagnosis.reasons;
    add_database(with, reasons);
    KASPAR_CHECK(add_clock(with, reasons));
    KASPAR_CHECK(add_test_alert(with, reasons));
    KASPAR_TRY(const auto failing, failing_keystores(with.database));
    KASPAR_TRY(const auto views, view_all(with));
    for (const FailingKeyStore& store : failing)
        reasons.push_back({Reason::Severity::warning, "", words_of(store, views, with.now)});
    for (const ZoneView& view : views)
        add_zone(with, view, reasons);
    std::stable_partition(reasons.begin(), reasons.end(), [](const Reason& reason) {
        return reason.severity == Reason::Severity::critical;
    });
    diagnosis.zones = views.size();
    diagnosis.nearest = nearest_expiry(views);
    return diagnosis;
}

}  // namespace kaspar::enforcer

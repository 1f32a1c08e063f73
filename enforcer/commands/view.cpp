#include "enforcer/commands/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "enforcer/key_reserve.h"
#include "enforcer/report_intake.h"
#include "enforcer/servers/zone_watch.h"

namespace kaspar::enforcer {

namespace {

std::optional<Time> next_event(const Enforcement& with, const Zone& zone) {
    if (zone.flagged || report_is_new(with.configuration, zone.name, zone.report))
        return with.now;
    return zone.next_event;
}

/// A policy that is in force, and why its file as it is now is not.
struct PolicyView {
    Policy policy;
    std::optional<std::string> fault;
};

Result<PolicyView> view_policy(Database& database, const std::string& name) {
    PolicyView view;
    KASPAR_TRY(view.policy, policy_in_force(database, name));
    KASPAR_TRY(const auto stored, find_policy(database, name));
    if (stored)
        view.fault = stored->fault;
    return view;
}

/// The zone's servers that the policy has watched and that lag behind hold up every move.
void add_lag(ZoneView& view) {
    if (!view.report || !view.report->publication)
        return;
    const Publication& published = *view.report->publication;
    if (is_propagated(view.zone, view.policy, published))
        return;
    const std::string lag = lag_words(view.answers);
    for (Wait& wait : view.plan.waits)  // it has done its part; only they have not
        if (wait.on == Waiting::signer)
            wait.on = Waiting::servers;
    view.plan.waits.push_back(
        {{},
         fmt::format("serial {} to be served by all servers of the zone", published.serial),
         lag.empty() ? "they are asked at the enforcer's next pass" : lag,
         Waiting::servers,
         {}});
}

void set_thresholds(ZoneView& view, const HealthThresholds& health) {
    const Duration refresh = view.policy.signatures.refresh;
    view.expiry_warning = health.expiry_warning.value_or(refresh / 2);
    view.expiry_critical =
        health.expiry_critical.value_or(std::min(refresh / 4, view.expiry_warning));
}

Result<ZoneView> view_with(const Enforcement& with, const Zone& zone, const PolicyView& policy) {
    ZoneView view;
    view.zone = zone;
    view.policy = as_seen(policy.policy, zone);
    view.policy_fault = policy.fault;
    set_thresholds(view, with.configuration.health);
    auto remembered = load_history(with.database, zone);
    if (remembered.ok()) {
        view.remembered = std::move(*remembered);
        KASPAR_TRY(view.remembered.history.pending, pending_keys(with, zone, view.policy));
        view.plan = plan(view.remembered.history, view.policy, with.now);
    } else {
        view.history_fault = remembered.fault().words;  // one bad zone hides no other
        view.zone.trouble = view.history_fault;
    }
    auto report = read_report(with.configuration, zone.name);
    if (!report.ok())
        view.report_fault = report.fault().words;
    else if (*report)
        view.report = std::move((*report)->report);
    view.next_event = next_event(with, zone);
    KASPAR_TRY(view.answers, answers_about(with.database, zone.id));
    KASPAR_TRY(view.submissions, submissions_of(with.database, zone.id));
    add_lag(view);
    return view;
}

}  // namespace

std::optional<Time> ZoneView::first_expiry() const {
    return report && report->publication ? report->publication->first_expiry : std::nullopt;
}

std::optional<std::uint32_t> ZoneView::serial() const {
    if (!report || !report->publication)
        return std::nullopt;
    return report->publication->serial;
}

Result<ZoneView> view_zone(const Enforcement& with, const Zone& zone) {
    KASPAR_TRY(const auto policy, view_policy(with.database, zone.policy));
    return view_with(with, zone, policy);
}

Result<std::vector<ZoneView>> view_all(const Enforcement& with) {
    std::vector<ZoneView> views;
    KASPAR_CHECK(visit_all(with, [&](ZoneView view) { views.push_back(std::move(view)); }));
    return views;
}

// Thousands of zones have few policies: each is read once.
Outcome visit_all(const Enforcement& with, const std::function<void(ZoneView)>& visit) {
    std::map<std::string, PolicyView> policies;
    KASPAR_TRY(const auto all, zones(with.database));
    for (const Zone& zone : all) {
        if (!policies.contains(zone.policy)) {
            KASPAR_TRY(policies[zone.policy], view_policy(with.database, zone.policy));
        }
        KASPAR_TRY(ZoneView view, view_with(with, zone, policies[zone.policy]));
        visit(std::move(view));
    }
    return Done{};
}

Result<ZoneView> view_records(const Enforcement& with, const Zone& zone) {
    KASPAR_TRY(ZoneView view, view_zone(with, zone));
    if (view.history_fault)
        return Fault{FaultClass::state, *view.history_fault};
    return view;
}

std::optional<Time> waiting_since(const ZoneView& view, const Wait& wait) {
    return view.zone.blocked_on == word(wait.on) ? view.zone.blocked_since : std::nullopt;
}

std::optional<std::string> waiting(const ZoneView& view, KeyIndex key) {
    for (const Wait& wait : view.plan.waits)
        if (wait.keys.contains(key))
            return words_of(wait);
    return std::nullopt;
}

std::string words_of(const Wait& wait) {
    if (wait.until && wait.next)
        return fmt::format("{}, safe from {} on ({})", wait.what, to_rfc3339(*wait.until),
                           wait.why);
    if (wait.until)
        return fmt::format("{} ({}; until {})", wait.what, wait.why, to_rfc3339(*wait.until));
    if (wait.next && wait.on == Waiting::signer)
        return fmt::format("{}, once the signer has reported ({})", wait.what, wait.why);
    if (wait.next && wait.on == Waiting::parent)
        return fmt::format("{}, once the parent has answered ({})", wait.what, wait.why);
    return fmt::format("{} ({})", wait.what, wait.why);
}

std::string brief(Duration duration) {
    using std::chrono::hours, std::chrono::minutes, std::chrono::days;
    if (duration < Duration{0})
        return "-" + brief(-duration);
    if (duration >= days{1})
        return format_duration(std::chrono::floor<hours>(duration));
    if (duration >= hours{1})
        return format_duration(std::chrono::floor<minutes>(duration));
    return format_duration(duration);
}

std::string until(std::optional<Time> time, Time now, std::string_view never) {
    if (!time)
        return std::string(never);
    return *time <= now ? "now" : "in " + brief(*time - now);
}

std::string condition(const StoredKey& key, const Configuration& configuration) {
    if (key.progress != KeyProgress::purged && key.out_of_use_since)
        return "out of use";
    if (key.progress == KeyProgress::generating && key.dnskey)
        return "to be copied";
    if (key.progress != KeyProgress::ready)
        return std::string(word(key.progress));
    if (key.reserved)
        return awaits_backup(configuration, key) ? "to be backed up" : "made ahead";
    return !key.wanted ? "leaves" : key.standby ? "standby" : "in use";
}

std::vector<KeyIndex> in_order(const Remembered& remembered) {
    std::vector<KeyIndex> order(remembered.rows.size());
    std::iota(order.begin(), order.end(), KeyIndex{0});
    std::stable_sort(order.begin(), order.end(), [&](KeyIndex a, KeyIndex b) {
        return remembered.rows[a].role < remembered.rows[b].role;
    });
    return order;
}

}  // namespace kaspar::enforcer

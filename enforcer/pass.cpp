#include "enforcer/pass.h"

#include <fmt/format.h>

#include <set>

#include "common/system/log.h"
#include "common/system/service.h"
#include "common/system/signals.h"
#include "enforcer/clock_step.h"
#include "enforcer/enforce.h"
#include "enforcer/folder_scan.h"
#include "enforcer/kept_head.h"
#include "enforcer/key_making.h"
#include "enforcer/policy_book.h"
#include "enforcer/purge.h"
#include "enforcer/restored.h"
#include "enforcer/servers/parent_watch.h"
#include "enforcer/servers/zone_watch.h"
#include "enforcer/store/failing_keystores.h"
#include "enforcer/store/last_pass.h"
#include "enforcer/store/test_alert.h"
#include "enforcer/submission/submission.h"

namespace kaspar::enforcer {

namespace {

/// Housekeeping and what was missed get their turn at least this often.
constexpr Duration longest_sleep = std::chrono::hours{1};

/// A zone that stands still keeps being due; it is tried again this often.
constexpr Duration shortest_sleep = std::chrono::minutes{1};

std::filesystem::path lock_path(const Configuration& configuration) {
    return configuration.state / "enforcer.lock";
}

Result<std::set<std::int64_t>> zones_to_look_at(const Enforcement& with) {
    KASPAR_TRY(const auto due, due_zones(with.database, with.now));
    std::set<std::int64_t> ids(due.begin(), due.end());
    KASPAR_TRY(const auto unlike, zones_with_other_files(with, lock_path(with.configuration)));
    ids.insert(unlike.begin(), unlike.end());
    // A key that is to be copied to another store may be there by now; no event tells.
    KASPAR_TRY(const auto making, zones_making_keys(with.database));
    ids.insert(making.begin(), making.end());
    KASPAR_TRY(const auto ahead, zones_moved_after(with.database, with.now));
    ids.insert(ahead.begin(), ahead.end());
    return ids;
}

Outcome heed_leap(const Enforcement& with) {
    KASPAR_TRY(const auto leap, leap_since_last_pass(with));
    if (!leap)
        return Done{};
    log_warning("enforcer",
                fmt::format("the clock is {} further than the time that passed since the last "
                            "pass; if it is right now, nothing is to be done: no zone is moved "
                            "until no cache can hold what is published",
                            format_duration(*leap)));
    return wait_after_leap(with, *leap);
}

/// After the zones were looked at: those that go on by the clock as it is have no complaint.
Outcome check_clock(const Enforcement& with, Pass& pass) {
    KASPAR_TRY(auto complaint, complaint_of_clock(with));
    if (complaint)
        pass.failures.push_back({*std::move(complaint)});
    return Done{};
}

/// Before any zone's step: a key that a crash left half made in one zone may be the successor that
/// another is about to make. What fails here is told by the zone's own step.
void finish_half_made_keys(const Enforcement& with) {
    const auto zones = zones_making_keys(with.database);
    if (!zones.ok())
        return;
    for (const std::int64_t id : *zones)
        if (const auto zone = find_zone(with.database, id);
            zone.ok() && *zone && check_not_restored(**zone).ok())
            (void)finish_interrupted_keys(with, **zone);
}

/// For status and health; that it cannot be noted stops nothing.
Outcome note_key_stores(const Enforcement& with) {
    for (const auto& [name, failure] : with.keystores.used())
        KASPAR_CHECK(failure ? note_failing(with.database, name, *failure, with.now)
                             : note_working(with.database, name));
    return Done{};
}

/// For those who look back: the pass itself, and the audit trail's head if events were added.
Outcome note_pass(const Enforcement& with, Pass& pass) {
    KASPAR_TRY(const auto head, chain_head(with.database));
    KASPAR_TRY(const auto last, last_pass(with.database));
    const std::int64_t events = head ? head->number : 0;
    if (head && (!last || last->events != events))
        pass.recorded = head;
    KASPAR_CHECK(
        save_last_pass(with.database, {with.now, pass.failures.size(), events, with.uptime}));
    return keep_head(with.configuration, with.database);
}

void append(std::vector<Failure>& failures, const std::vector<std::string>& more) {
    for (const std::string& words : more)
        failures.push_back({words});
}

/// What stops nothing else.
void tell_failure(const Outcome& outcome, Pass& pass) {
    if (!outcome.ok())
        pass.failures.push_back({outcome.fault().words});
}

void look_at_zone(const Enforcement& with, std::int64_t id, Pass& pass) {
    pass.looked_at.push_back(id);
    const auto outcome = enforce_zone(with, id);
    if (outcome.ok())
        return;
    const auto zone = find_zone(with.database, id);
    const bool known = zone.ok() && *zone;
    pass.failures.push_back({outcome.fault().words, known ? zone_text((*zone)->name) : ""});
}

Outcome look_at_zones(const Enforcement& with, Pass& pass) {
    KASPAR_TRY(const auto ids, zones_to_look_at(with));
    finish_half_made_keys(with);
    for (const std::int64_t id : ids) {
        if (stop_requested())
            break;
        tell_alive();
        look_at_zone(with, id, pass);
    }
    return Done{};
}

void wake_by(std::optional<Time>& wake_at, std::optional<Time> time) {
    if (time)
        wake_at = std::min(wake_at.value_or(*time), *time);
}

/// When something is to be done, by what is known now.
Result<std::optional<Time>> next_event(const Enforcement& with) {
    KASPAR_TRY(auto wake_at, earliest_event(with.database));
    KASPAR_TRY(const auto submission, next_submission(with.database));
    wake_by(wake_at, submission);
    KASPAR_TRY(const auto alert, test_alert(with.database, with.now));
    wake_by(wake_at, alert);  // what monitors were told of it is to end with it
    KASPAR_TRY(const auto making, zones_making_keys(with.database));
    KASPAR_TRY(const bool standing, any_zone_stands_still(with.database));
    // Nothing tells when a key has been copied to another store, or a token is there again.
    if (!making.empty() || standing)
        wake_by(wake_at, with.now + shortest_sleep);
    return wake_at;
}

/// When to make the next pass, if nothing else asks for one.
Time next_pass(std::optional<Time> wake_at, Time started, Time now) {
    if (!wake_at)
        return now + longest_sleep;
    if (*wake_at <= started)
        return now + shortest_sleep;
    return std::min(*wake_at, now + longest_sleep);
}

using AfterPass = std::function<void(const Enforcement&, const Pass&)>;

Outcome pass_and_log(const Configuration& configuration, Database& database, const Clock& clock,
                     const AfterPass& after_pass, std::optional<Time>& wake_at) {
    KeyStores keystores(configuration.keystores);
    const Enforcement with{configuration, database,          keystores,
                           clock.now(),   "kaspar-enforcer", clock.uptime()};
    KASPAR_TRY(const Pass pass, run_pass(with));
    log_pass(pass);
    if (!pass.looked_at.empty())
        log_info("enforcer", fmt::format("looked at {} zones", pass.looked_at.size()));
    after_pass(with, pass);
    wake_at = pass.wake_at;
    KASPAR_TRY(const std::size_t zones, count_zones(database));
    tell_status(fmt::format("{} zones, next event {}{}", zones,
                            wake_at ? to_rfc3339(*wake_at) : "when somebody acts",
                            pass.failures.empty() ? "" : "; something needs a person"));
    return Done{};
}

}  // namespace

Result<FileLock> exclude_passes(const Configuration& configuration) {
    return FileLock::acquire(lock_path(configuration), true);
}

Result<Pass> run_pass(const Enforcement& with) {
    KASPAR_TRY(const FileLock lock, exclude_passes(with.configuration));
    Pass pass;
    KASPAR_TRY(const auto not_in_force, refresh_policies(with));
    append(pass.failures, not_in_force);
    KASPAR_CHECK(heed_leap(with));
    tell_failure(watch_parents(with), pass);
    tell_failure(watch_zones(with), pass);
    KASPAR_CHECK(look_at_zones(with, pass));
    KASPAR_CHECK(check_clock(with, pass));
    tell_failure(make_submissions(with), pass);
    append(pass.failures, purge_keys(with));
    tell_failure(note_key_stores(with), pass);
    tell_failure(note_pass(with, pass), pass);
    KASPAR_TRY(pass.wake_at, next_event(with));
    return pass;
}

void log_pass(const Pass& pass) {
    for (const Failure& failure : pass.failures)
        log_error("enforcer", failure.words, failure.zone);
    if (pass.recorded)
        log_info("audit", "head " + text_of(*pass.recorded));
}

Outcome run_passes(const Configuration& configuration, const Clock& clock,
                   const AfterPass& after_pass) {
    KASPAR_TRY(Waiter waiter, Waiter::create());
    KASPAR_TRY(Database database, Database::open(configuration.database().string()));
    tell_ready();
    while (!stop_requested()) {
        KASPAR_CHECK(waiter.watch(
            {configuration.reports(), configuration.policies, wake_path(configuration)}));
        const Time started = clock.now();
        std::optional<Time> wake_at;
        if (const auto outcome = pass_and_log(configuration, database, clock, after_pass, wake_at);
            !outcome.ok()) {
            log_error("enforcer", outcome.fault().words);
            wake_at = started;  // what was due is due still
        }
        waiter.wait_until(clock, next_pass(wake_at, started, clock.now()));
    }
    tell_stopping();
    return Done{};
}

std::filesystem::path wake_path(const Configuration& configuration) {
    return configuration.state / "wake";
}

void wake_enforcer(const Configuration& configuration) {
    if (const auto outcome = write_file(wake_path(configuration), "a command asks for a pass\n");
        !outcome.ok())
        log_debug("kaspar", outcome.fault().words);
}

}  // namespace kaspar::enforcer

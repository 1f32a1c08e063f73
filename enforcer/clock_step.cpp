#include "enforcer/clock_step.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/policy_book.h"
#include "enforcer/store/last_pass.h"
#include "enforcer/store/remembered.h"

namespace kaspar::enforcer {

namespace {

/// Leaps that are smaller shorten no wait by more than the policies' margins.
constexpr Duration least_leap = std::chrono::minutes{10};

Outcome begin_to_stand(const Enforcement& with, const Zone& zone, Remembered& remembered,
                       const Policy& policy) {
    History& history = remembered.history;
    history.set_back = with.now;
    KASPAR_CHECK(
        note(with, zone, "the clock went back",
             fmt::format("the zone was moved at {}; nothing is moved before {}",
                         to_rfc3339(*history.last_event),
                         to_rfc3339(stands_until(history, policy, with.now).value_or(with.now)))));
    return save_history(with.database, zone, remembered, {}, with.now);
}

Outcome go_on_by_the_clock(const Enforcement& with, const Zone& zone, Remembered& remembered) {
    KASPAR_CHECK(note(with, zone, "the zone goes on by the clock as it is",
                      fmt::format("it was moved at {}, by a clock that stood ahead; no cache holds "
                                  "what was published before the clock was set back",
                                  to_rfc3339(*remembered.history.last_event))));
    take_setback(remembered.history, with.now);
    KASPAR_CHECK(save_history(with.database, zone, remembered, {}, with.now));
    return take_setback(with.database, zone.id, with.now);
}

/// A zone whose history cannot be read does not move anyway: its own step tells why. Nor does a
/// restored one, of which a person will say when it goes on.
Outcome wait_after_leap(const Enforcement& with, const Zone& zone) {
    const auto policy = policy_for(with.database, zone);
    auto remembered = load_history(with.database, zone);
    if (zone.restored || !policy.ok() || !remembered.ok() || remembered->history.generation == 0)
        return Done{};
    distrust_time(remembered->history, *policy, with.now);
    auto& last = remembered->history.last_event;  // by which a clock that is set back is noticed
    last = std::max(last.value_or(with.now), with.now);
    KASPAR_CHECK(save_history(with.database, zone, *remembered, {}, with.now));
    return request_look(with.database, zone.id);
}

}  // namespace

Result<bool> stands_for_clock(const Enforcement& with, const Zone& zone) {
    KASPAR_TRY(const bool back, is_moved_after(with.database, zone.id, with.now));
    if (!back)
        return false;
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    KASPAR_TRY(const Policy policy, policy_for(with.database, zone));
    KASPAR_TRY(Remembered remembered, load_history(with.database, zone));
    const History& history = remembered.history;
    const bool stands = stands_until(history, policy, with.now).has_value();
    if (!stands)
        KASPAR_CHECK(go_on_by_the_clock(with, zone, remembered));
    else if (!history.set_back || *history.set_back > with.now)
        KASPAR_CHECK(begin_to_stand(with, zone, remembered, policy));
    KASPAR_CHECK(transaction.commit());
    return stands;
}

Result<std::optional<std::string>> complaint_of_clock(const Enforcement& with) {
    KASPAR_TRY(const auto latest, latest_move(with.database));
    if (!latest || latest->at <= with.now)
        return std::optional<std::string>{};
    return std::optional(fmt::format(
        "the clock says {0}, but zone {1} was moved at {2}: the clock went back, and no zone is "
        "moved before the time that it was moved last; set the clock right. If it is, zones go on "
        "by themselves: `kaspar status {1}` tells when",
        to_rfc3339(with.now), latest->zone, to_rfc3339(latest->at)));
}

Result<std::optional<Duration>> leap_since_last_pass(const Enforcement& with) {
    KASPAR_TRY(const auto last, last_pass(with.database));
    if (!last || !last->uptime || !with.uptime || last->uptime->boot != with.uptime->boot)
        return std::optional<Duration>{};
    const Duration passed = with.uptime->length - last->uptime->length;
    const Duration leap = with.now - last->at - passed;
    return leap > least_leap ? std::optional(leap) : std::nullopt;
}

Outcome wait_after_leap(const Enforcement& with, Duration leap) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    KASPAR_TRY(const auto all, zones(with.database));
    for (const Zone& zone : all)
        KASPAR_CHECK(wait_after_leap(with, zone));
    KASPAR_CHECK(note_event(with, {}, "the clock was set",
                            fmt::format("it is {} further than the time that passed; no zone is "
                                        "moved until no cache can hold what is published",
                                        format_duration(leap))));
    return transaction.commit();
}

}  // namespace kaspar::enforcer

// The time axis of timelines.
#include "enforcer/report/time_scale.h"

#include <algorithm>

#include "tests/support/catch.h"

namespace time_scale_test {

using namespace kaspar;
using namespace kaspar::enforcer;
using namespace std::chrono_literals;

namespace {

const Time start = *parse_rfc3339("2026-11-24T00:00:00Z");
constexpr Duration day = 24h;

void check_ticks(const TimeScale& scale) {
    const auto ticks = scale.ticks();
    REQUIRE(!ticks.empty());
    for (std::size_t i = 1; i < ticks.size(); ++i)
        CHECK(ticks[i].x - ticks[i - 1].x >= 50);
    CHECK(ticks.front().x >= 0);
    CHECK(ticks.back().x <= scale.width());
}

bool has_label(const TimeScale& scale, const std::string& label) {
    const auto ticks = scale.ticks();
    return std::any_of(ticks.begin(), ticks.end(),
                       [&](const TimeScale::Tick& tick) { return tick.label == label; });
}

}  // namespace

TEST_CASE("later is further right, and every change has room of its own", "[report]") {
    const std::vector<Time> changes{start + 90 * day, start + 5min, start + 3 * day, start + 1h,
                                    start - day};  // the last is outside
    const TimeScale scale(start, start + 365 * day, changes);
    CHECK(scale.x(start - day) == 0);
    CHECK(scale.x(start) == 0);
    CHECK(scale.x(start + 365 * day) == scale.width());
    CHECK(scale.x(start + 366 * day) == scale.width());
    double last = 0;
    for (const Time at : {start + 5min, start + 1h, start + 3 * day, start + 90 * day}) {
        CHECK(scale.x(at) - last > 5);
        last = scale.x(at);
    }
    CHECK(scale.x(start + 2 * day) > scale.x(start + 1h));
    CHECK(scale.x(start + 2 * day) < scale.x(start + 3 * day));
}

TEST_CASE("a quiet month takes more room than a day, and less than thirty", "[report]") {
    const TimeScale scale(start, start + 31 * day, {start + day});
    const double of_day = scale.x(start + day), of_month = scale.width() - of_day;
    CHECK(of_month > of_day);
    CHECK(of_month < 30 * of_day);
}

TEST_CASE("ticks are round times that do not run into each other", "[report]") {
    const TimeScale year(start, start + 365 * day, {start + day, start + 2 * day});
    check_ticks(year);
    CHECK(has_label(year, "Jan 2027"));
    const TimeScale hours(start, start + 5h, {});
    check_ticks(hours);
    CHECK(has_label(hours, "01:00"));
    CHECK(has_label(hours, "03:00"));
    const TimeScale century(start, start + 36500 * day, {start + day});
    check_ticks(century);
    CHECK(has_label(century, "Jan 2100"));
    CHECK(TimeScale(start, start, {start}).width() > 0);
}

}  // namespace time_scale_test

#include "enforcer/report/time_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace kaspar::enforcer {

namespace {

using namespace std::chrono;

constexpr double narrowest = 1000, widest = 12000;
constexpr double weight_width = 26;
constexpr double label_width = 52;

/// Up to about this length a stretch is drawn nearly true to scale.
constexpr double short_stretch = 12 * 3600;

double weight(Duration stretch) {
    return 0.15 + std::log1p(static_cast<double>(stretch.count()) / short_stretch);
}

constexpr std::array month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string tick_label(Time at) {
    const auto day = floor<days>(at);
    if (at != day)
        return fmt::format("{:02}:{:02}", (at - day) / 1h, (at - day) % 1h / 1min);
    const year_month_day date(day);
    const auto month = month_names.at(static_cast<unsigned>(date.month()) - 1);
    if (date.month() == January && date.day() == std::chrono::day{1})
        return fmt::format("{} {}", month, static_cast<int>(date.year()));
    return fmt::format("{} {}", static_cast<unsigned>(date.day()), month);
}

/// The first of every `step`th month, counted from a year that ends in 0.
std::vector<Time> months_between(Time from, Time until, int step) {
    std::vector<Time> found;
    const year first = year_month_day(floor<days>(from)).year();
    const year decade = first - years(static_cast<int>(first) % 10);
    for (year_month month = decade / January; sys_days(month / 1) <= until; month += months(step))
        if (sys_days(month / 1) >= from)
            found.emplace_back(sys_days(month / 1));
    return found;
}

/// A level with more ticks than a drawing could hold is left out.
constexpr auto most_ticks = 5000;

std::vector<Time> multiples_between(Time from, Time until, Duration step) {
    std::vector<Time> found;
    if ((until - from) / step > most_ticks)
        return found;
    const auto since = from.time_since_epoch() % step;
    for (Time at = since == 0s ? from : from - since + step; at <= until; at += step)
        found.push_back(at);
    return found;
}

/// Labels stand in the middle above their ticks, and none may stick out at the left.
bool has_room(const std::vector<TimeScale::Tick>& ticks, double x) {
    return x >= label_width / 4 &&
           std::none_of(ticks.begin(), ticks.end(), [&](const TimeScale::Tick& tick) {
               return std::abs(tick.x - x) < label_width;
           });
}

}  // namespace

TimeScale::TimeScale(Time from, Time until, std::vector<Time> changes) {
    changes.push_back(from);
    changes.push_back(std::max(until, from + 1s));
    std::erase_if(changes, [&](Time at) { return at < from || at > std::max(until, from + 1s); });
    std::sort(changes.begin(), changes.end());
    changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
    double total = 0;
    knots_.push_back({from, 0});
    for (std::size_t i = 1; i < changes.size(); ++i)
        knots_.push_back({changes[i], total += weight(changes[i] - changes[i - 1])});
    const double scale = std::clamp(total * weight_width, narrowest, widest) / total;
    for (Knot& knot : knots_)
        knot.x *= scale;
}

double TimeScale::x(Time at) const {
    const auto next =
        std::find_if(knots_.begin(), knots_.end(), [&](const Knot& knot) { return knot.at >= at; });
    if (next == knots_.end())
        return knots_.back().x;
    if (next == knots_.begin())
        return next->x;
    const Knot& last = *(next - 1);
    const double part = static_cast<double>((at - last.at).count()) /
                        static_cast<double>((next->at - last.at).count());
    return last.x + part * (next->x - last.x);
}

std::vector<TimeScale::Tick> TimeScale::ticks() const {
    const Time from = knots_.front().at, until = knots_.back().at;
    std::vector<Tick> placed;
    const auto place = [&](const std::vector<Time>& times) {
        for (const Time at : times)
            if (has_room(placed, x(at)))
                placed.push_back({x(at), tick_label(at)});
    };
    for (const int step : {120, 12, 3, 1})
        place(months_between(from, until, step));
    for (const Duration step : {Duration(days{7}), Duration(days{1}), Duration(6h), Duration(1h),
                                Duration(10min), Duration(1min)})
        place(multiples_between(from, until, step));
    std::sort(placed.begin(), placed.end(), [](const Tick& a, const Tick& b) { return a.x < b.x; });
    return placed;
}

}  // namespace kaspar::enforcer

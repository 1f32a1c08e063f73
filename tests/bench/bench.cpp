#include "tests/bench/bench.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "common/system/terminal.h"
#include "common/values/result.h"
#include "tests/support/catch.h"

namespace kaspar::bench {

namespace {

Milliseconds length(const timeval& time) {
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

/// Processor time of all programs that were run and have ended.
Milliseconds used_by_programs() {
    struct rusage usage {};
    require(::getrusage(RUSAGE_CHILDREN, &usage) == 0, "the system counts processor time");
    return length(usage.ru_utime) + length(usage.ru_stime);
}

Milliseconds median_of(std::vector<Milliseconds> times) {
    REQUIRE_FALSE(times.empty());
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

}  // namespace

void Timing::add(const std::function<void()>& work) {
    const auto before = used_by_programs();
    const auto began = std::chrono::steady_clock::now();
    work();
    elapsed_.push_back(std::chrono::steady_clock::now() - began);
    times_.push_back(used_by_programs() - before);
}

Milliseconds Timing::median() const {
    return median_of(times_);
}

Milliseconds Timing::elapsed() const {
    return median_of(elapsed_);
}

void Figures::tell(const std::string& what, Milliseconds time) {
    lines_.push_back({what, fmt::format("{:.1f} ms", time.count()), "", true});
}

void Figures::tell(const std::string& what, double number, const std::string& unit) {
    lines_.push_back({what, fmt::format("{:.0f} {}", number, unit), "", true});
}

void Figures::ratio(const std::string& what, Milliseconds time, Milliseconds to, double bound) {
    judge(what, time / to, bound, "×");
}

void Figures::difference(const std::string& what, Milliseconds more, Milliseconds bound) {
    judge(what, more.count(), bound.count(), " ms more");
}

void Figures::reach(const std::string& what, double value, double least) {
    lines_.push_back(
        {what, fmt::format("{:.2f}×", value), fmt::format("at least {}×", least), value >= least});
    CHECK(value >= least);
}

void Figures::judge(const std::string& what, double value, double bound, const std::string& unit) {
    lines_.push_back({what, fmt::format("{:.2f}{}", value, unit),
                      fmt::format("at most {}{}", bound, unit), value <= bound});
    CHECK(value <= bound);
}

void Figures::show() const {
    Table table({{"what"}, {"measured", Column::Align::right}, {"bound", Column::Align::right}});
    for (const Line& line : lines_)
        table.add({line.what, {line.value, line.good ? Tint::plain : Tint::bad}, line.bound});
    fmt::print("{}\n", table.text(standard_output()));
}

}  // namespace kaspar::bench

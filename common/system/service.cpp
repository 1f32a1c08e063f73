#include "common/system/service.h"

#include <systemd/sd-daemon.h>

#include <atomic>
#include <string>

namespace kaspar {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// A third of what the manager allows: one ping may be late.
std::optional<std::chrono::milliseconds> find_interval() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(0, &microseconds) <= 0)
        return std::nullopt;
    return std::chrono::milliseconds(microseconds / 1000 / 3);
}

/// Nothing depends on whether the manager has heard it.
void tell(const std::string& words) {
    (void)::sd_notify(0, words.c_str());
}

}  // namespace

void tell_ready() {
    tell("READY=1");
}

void tell_stopping() {
    tell("STOPPING=1");
}

void tell_status(std::string_view words) {
    tell("STATUS=" + std::string(words));
}

std::optional<std::chrono::milliseconds> alive_interval() {
    static const auto interval = find_interval();
    return interval;
}

void tell_alive() {
    static std::atomic<SteadyTime> next{SteadyTime{}};
    const auto interval = alive_interval();
    const auto now = std::chrono::steady_clock::now();
    if (!interval || now < next.load())
        return;
    next = now + *interval / 2;
    tell("WATCHDOG=1");
}

}  // namespace kaspar

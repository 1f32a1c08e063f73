#include "common/system/clock.h"

#include <time.h>

#include <fstream>

namespace kaspar {

std::optional<Uptime> Clock::uptime() const {
    std::string boot;
    timespec length{};
    if (is_simulated() || !(std::ifstream("/proc/sys/kernel/random/boot_id") >> boot) ||
        ::clock_gettime(CLOCK_BOOTTIME, &length) != 0)
        return std::nullopt;
    return Uptime{std::move(boot), Duration{length.tv_sec}};
}

}  // namespace kaspar

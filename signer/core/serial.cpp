#include "signer/core/serial.h"

#include <fmt/format.h>

namespace kaspar::signer {

namespace {

std::uint32_t larger(std::uint32_t wanted, std::uint32_t last) {
    return serial_is_newer(wanted, last) ? wanted : last + 1;
}

/// The first serial of the day, YYYYMMDD00 in UTC.
std::uint32_t date_serial(Time now) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(now)};
    const auto number = static_cast<std::int64_t>(static_cast<int>(day.year())) * 10000 +
                        static_cast<unsigned>(day.month()) * 100 + static_cast<unsigned>(day.day());
    return static_cast<std::uint32_t>(number * 100);
}

Fault not_newer(std::uint32_t input, std::uint32_t last) {
    return {FaultClass::refused,
            fmt::format("the zone changed, but its SOA serial {} is not newer than the published "
                        "{}; raise the serial in the input, or set \"serial\" in the policy to "
                        "\"counter\" or \"unixtime\"",
                        input, last)};
}

}  // namespace

bool serial_is_newer(std::uint32_t a, std::uint32_t b) {
    const std::uint32_t distance = a - b;
    return distance != 0 && distance < 0x80000000;
}

Result<std::uint32_t> next_serial(const SerialSituation& situation) {
    const auto [policy, input, last, now, may_stay] = situation;
    switch (policy) {
        case SerialPolicy::keep:
            if (!last || serial_is_newer(input, *last))
                return input;
            if (may_stay)
                return *last;
            return not_newer(input, *last);
        case SerialPolicy::counter:
            return last ? larger(input, *last) : input;
        case SerialPolicy::unixtime:
            return last ? larger(to_wire_time(now), *last) : to_wire_time(now);
        case SerialPolicy::datecounter:
            return last ? larger(date_serial(now), *last) : date_serial(now);
    }
    return input;
}

bool serial_calls_for_publication(const SerialSituation& situation) {
    if (!situation.last)
        return true;
    switch (situation.policy) {
        case SerialPolicy::keep:
        case SerialPolicy::counter:
            return serial_is_newer(situation.input, *situation.last);
        case SerialPolicy::unixtime:
        case SerialPolicy::datecounter:
            return false;
    }
    return false;
}

}  // namespace kaspar::signer

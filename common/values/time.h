// Points and lengths of time, in whole seconds of UTC, and how they are written. An absent time is
// std::optional, never 0.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/values/result.h"

namespace kaspar {

using Time = std::chrono::sys_seconds;
using Duration = std::chrono::seconds;

/// "2026-11-24T05:48:00Z" (RFC 3339 §5.6, always UTC, whole seconds).
std::string to_rfc3339(Time time);

/// Reads an RFC 3339 date-time in UTC ("Z", "z" or "+00:00"). Fault: input.
Result<Time> parse_rfc3339(std::string_view text);

/// "20261124054800", as RRSIG times are written in zone files (RFC 4034 §3.2).
std::string to_dnssec_time(Time time);

/// Seconds since 1970 modulo 2^32, as RRSIG times go on the wire (RFC 4034 §3.1.5).
std::uint32_t to_wire_time(Time time);

/// The point in time nearest to `near` whose wire form is `wire` (RFC 1982 serial arithmetic).
Time from_wire_time(std::uint32_t wire, Time near);

/// "1d12h", "90s", "0s": largest units first, exact; years (365 days) and weeks are not used, so
/// that "14d" stays "14d".
std::string format_duration(Duration duration);

/// Reads "90s 5m 1h 14d 2w 1y", sums of them ("1d12h") and ISO 8601 ("P14D", "PT5M", "P1Y2M" with
/// months of 31 and years of 365 days, as OpenDNSSEC counts them). nullopt: not a duration.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace kaspar

#include "common/values/time.h"

#include <fmt/format.h>

#include <array>
#include <span>

namespace kaspar {
namespace {

using namespace std::chrono;

struct Calendar {
    int year;
    unsigned month, day;
    long hour, minute, second;
};

Calendar calendar(Time time) {
    const auto midnight = floor<days>(time);
    const year_month_day date(midnight);
    const hh_mm_ss clock(time - midnight);
    return {int(date.year()),      unsigned(date.month()),  unsigned(date.day()),
            clock.hours().count(), clock.minutes().count(), clock.seconds().count()};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads fixed-width parts off the front of a text.
class Scan {
  public:
    explicit Scan(std::string_view text) : rest_(text) {}

    std::optional<int> digits(std::size_t width) {
        if (rest_.size() < width)
            return std::nullopt;
        int number = 0;
        for (const char c : rest_.substr(0, width)) {
            if (!is_digit(c))
                return std::nullopt;
            number = number * 10 + (c - '0');
        }
        rest_.remove_prefix(width);
        return number;
    }

    bool one_of(std::string_view accepted) {
        if (rest_.empty() || accepted.find(rest_.front()) == accepted.npos)
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
};

std::optional<Time> scan_rfc3339(std::string_view text) {
    Scan scan(text);
    const auto y = scan.digits(4);
    const bool dash1 = scan.one_of("-");
    const auto mo = scan.digits(2);
    const bool dash2 = scan.one_of("-");
    const auto d = scan.digits(2);
    const bool t = scan.one_of("Tt ");
    const auto h = scan.digits(2);
    const bool colon1 = scan.one_of(":");
    const auto mi = scan.digits(2);
    const bool colon2 = scan.one_of(":");
    const auto s = scan.digits(2);
    if (!(y && dash1 && mo && dash2 && d && t && h && colon1 && mi && colon2 && s))
        return std::nullopt;
    const auto zone = scan.rest();
    if (zone != "Z" && zone != "z" && zone != "+00:00")
        return std::nullopt;
    const year_month_day date{year{*y}, month{unsigned(*mo)}, day{unsigned(*d)}};
    if (!date.ok() || *h > 23 || *mi > 59 || *s > 59)
        return std::nullopt;
    return sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s);
}

/// No duration that a person writes is longer; keeps sums with times far from overflow.
constexpr std::int64_t longest_duration = 100'000'000'000;  // seconds, about 3000 years

struct Unit {
    char letter;
    std::int64_t seconds;
};

constexpr std::int64_t minute_s = 60, hour_s = 3600, day_s = 86400;

/// Reads "number letter" off the front of `text` and adds it to `total`. `units` are those still
/// allowed; for ISO 8601 they must come in order, so those up to the one found are used up.
bool take_term(std::string_view& text, std::span<const Unit>& units, bool in_order,
               std::int64_t& total) {
    std::size_t width = 0;
    std::int64_t number = 0;
    for (; width < text.size() && is_digit(text[width]); ++width) {
        number = number * 10 + (text[width] - '0');
        if (number > longest_duration)
            return false;
    }
    if (width == 0 || width == text.size())
        return false;
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (units[i].letter != text[width])
            continue;
        if (number > (longest_duration - total) / units[i].seconds)
            return false;
        total += number * units[i].seconds;
        text.remove_prefix(width + 1);
        if (in_order)
            units = units.subspan(i + 1);
        return true;
    }
    return false;
}

std::optional<Duration> parse_plain(std::string_view text) {
    static constexpr std::array<Unit, 6> all{{{'y', 365 * day_s},
                                              {'w', 7 * day_s},
                                              {'d', day_s},
                                              {'h', hour_s},
                                              {'m', minute_s},
                                              {'s', 1}}};
    std::span<const Unit> units(all);
    std::int64_t total = 0;
    do {
        if (!take_term(text, units, false, total))
            return std::nullopt;
    } while (!text.empty());
    return Duration(total);
}

/// ISO 8601 §5.5.2; `text` is what follows the "P".
std::optional<Duration> parse_iso(std::string_view text) {
    static constexpr std::array<Unit, 4> date_units{
        {{'Y', 365 * day_s}, {'M', 31 * day_s}, {'W', 7 * day_s}, {'D', day_s}}};
    static constexpr std::array<Unit, 3> time_units{{{'H', hour_s}, {'M', minute_s}, {'S', 1}}};
    std::span<const Unit> units(date_units);
    if (text.empty())
        return std::nullopt;
    std::int64_t total = 0;
    bool in_time = false;
    while (!text.empty()) {
        if (text.front() == 'T' && !in_time) {
            in_time = true;
            units = time_units;
            text.remove_prefix(1);
        }
        if (!take_term(text, units, true, total))
            return std::nullopt;
    }
    return Duration(total);
}

}  // namespace

std::string to_rfc3339(Time time) {
    const auto c = calendar(time);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour,
                       c.minute, c.second);
}

Result<Time> parse_rfc3339(std::string_view text) {
    if (const auto time = scan_rfc3339(text))
        return *time;
    return Fault{FaultClass::input,
                 fmt::format("'{}' is not a time; write it in UTC, to the second, as in "
                             "2026-11-24T05:48:00Z",
                             text)};
}

std::string to_dnssec_time(Time time) {
    const auto c = calendar(time);
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", c.year, c.month, c.day, c.hour, c.minute,
                       c.second);
}

std::uint32_t to_wire_time(Time time) {
    return static_cast<std::uint32_t>(time.time_since_epoch().count());
}

Time from_wire_time(std::uint32_t wire, Time near) {
    return near + Duration(static_cast<std::int32_t>(wire - to_wire_time(near)));
}

std::string format_duration(Duration duration) {
    if (duration < Duration(0))
        return "-" + format_duration(-duration);
    static constexpr std::array<Unit, 4> units{
        {{'d', day_s}, {'h', hour_s}, {'m', minute_s}, {'s', 1}}};
    std::string text;
    auto rest = duration.count();
    for (const auto& unit : units) {
        if (rest >= unit.seconds)
            text += fmt::format("{}{}", rest / unit.seconds, unit.letter);
        rest %= unit.seconds;
    }
    return text.empty() ? "0s" : text;
}

std::optional<Duration> parse_duration(std::string_view text) {
    return text.starts_with('P') ? parse_iso(text.substr(1)) : parse_plain(text);
}

}  // namespace kaspar

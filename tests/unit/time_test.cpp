#include "common/values/time.h"

#include "tests/support/catch.h"

namespace time_test {

using namespace kaspar;
using namespace std::chrono_literals;

namespace {

Time at(std::string_view text) {
    return parse_rfc3339(text).value();
}

}  // namespace

TEST_CASE("a time is written in UTC and read back as the same second", "[time]") {
    CHECK(to_rfc3339(Time(0s)) == "1970-01-01T00:00:00Z");
    CHECK(to_rfc3339(Time(1795499280s)) == "2026-11-24T05:48:00Z");
    for (const auto seconds : {0L, 951782399L, 951782400L, 1709164800L, 4102444799L, 5000000000L})
        CHECK(at(to_rfc3339(Time(Duration(seconds)))) == Time(Duration(seconds)));
}

TEST_CASE("RFC 3339 times are read in the forms that mean UTC", "[time]") {
    const Time expected(1795499280s);
    CHECK(at("2026-11-24T05:48:00Z") == expected);
    CHECK(at("2026-11-24t05:48:00z") == expected);
    CHECK(at("2026-11-24 05:48:00+00:00") == expected);
    CHECK(at("2024-02-29T00:00:00Z") == Time(1709164800s));
}

TEST_CASE("what is no UTC time to the second is refused with an example", "[time]") {
    for (const auto* text :
         {"", "2026-11-24", "2026-11-24T05:48Z", "2026-11-24T05:48:00", "2026-11-24T05:48:00+01:00",
          "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-24T24:00:00Z",
          "2026-11-24T05:60:00Z", "2026-11-24T05:48:60Z", "2026-11-24T05:48:00Zz",
          "26-11-24T05:48:00Z", "2026-11-24T05:48:00.5Z", "-026-11-24T05:48:00Z"}) {
        INFO(text);
        const auto time = parse_rfc3339(text);
        REQUIRE_FALSE(time.ok());
        CHECK(time.fault().kind == FaultClass::input);
        CHECK(time.fault().words.find("2026-11-24T05:48:00Z") != std::string::npos);
    }
}

TEST_CASE("RRSIG times are fourteen digits in zone files", "[time]") {
    CHECK(to_dnssec_time(Time(1795499280s)) == "20261124054800");
    CHECK(to_dnssec_time(at("2003-03-22T17:31:03Z")) == "20030322173103");
}

TEST_CASE("RRSIG times on the wire wrap in 2106 and are read near the clock", "[time]") {
    const auto before = at("2106-02-07T06:28:15Z"), after = at("2106-02-07T06:28:16Z");
    CHECK(to_wire_time(before) == 0xffffffff);
    CHECK(to_wire_time(after) == 0);
    CHECK(from_wire_time(0, before) == after);
    CHECK(from_wire_time(0xffffffff, after) == before);
    CHECK(from_wire_time(to_wire_time(after + 24h * 3650), after) == after + 24h * 3650);
}

TEST_CASE("durations are read with units, as sums, and in ISO 8601", "[time]") {
    CHECK(parse_duration("90s") == 90s);
    CHECK(parse_duration("5m") == 5min);
    CHECK(parse_duration("1h") == 1h);
    CHECK(parse_duration("14d") == 14 * 24h);
    CHECK(parse_duration("2w") == 14 * 24h);
    CHECK(parse_duration("1y") == 365 * 24h);
    CHECK(parse_duration("1d12h") == 36h);
    CHECK(parse_duration("0s") == 0s);
    CHECK(parse_duration("P14D") == 14 * 24h);
    CHECK(parse_duration("PT5M") == 5min);
    CHECK(parse_duration("P1Y2M") == (365 + 62) * 24h);
    CHECK(parse_duration("P1W") == 7 * 24h);
    CHECK(parse_duration("P1DT2H3M4S") == 24h + 2h + 3min + 4s);
}

TEST_CASE("what is no duration is not read as one", "[time]") {
    for (const auto* text : {"",
                             "5",
                             "m",
                             "-5m",
                             "5x",
                             "1d ",
                             " 1d",
                             "1d 2h",
                             "1.5h",
                             "5M",
                             "P",
                             "PT",
                             "P1",
                             "P1DT",
                             "P1H",
                             "PT1D",
                             "P1D2Y",
                             "P1D1D",
                             "PT5MT5S",
                             "99999999999999999999d",
                             "100000000000d",
                             "unlimited"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("a duration is written exactly, days first", "[time]") {
    CHECK(format_duration(0s) == "0s");
    CHECK(format_duration(90s) == "1m30s");
    CHECK(format_duration(36h) == "1d12h");
    CHECK(format_duration(14 * 24h) == "14d");
    CHECK(format_duration(365 * 24h) == "365d");
    CHECK(format_duration(-90s) == "-1m30s");
    for (const auto seconds : {1L, 59L, 60L, 3599L, 3600L, 86399L, 86400L, 1234567L})
        CHECK(parse_duration(format_duration(Duration(seconds))) == Duration(seconds));
}

}  // namespace time_test

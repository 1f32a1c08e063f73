#include "signer/core/serial.h"

#include "tests/support/catch.h"

namespace serial_test {

using namespace kaspar;
using namespace kaspar::signer;

namespace {

Time at(const char* text) {
    return parse_rfc3339(text).value();
}

std::uint32_t chosen(SerialPolicy policy, std::uint32_t input, std::optional<std::uint32_t> last,
                     const char* now = "2026-11-24T06:00:00Z", bool may_stay = false) {
    const auto serial = next_serial({policy, input, last, at(now), may_stay});
    REQUIRE(serial.ok());
    return *serial;
}

}  // namespace

TEST_CASE("serials are compared as RFC 1982 says", "[serial]") {
    CHECK(serial_is_newer(2, 1));
    CHECK_FALSE(serial_is_newer(1, 2));
    CHECK_FALSE(serial_is_newer(1, 1));
    CHECK(serial_is_newer(0, 0xffffffff));
    CHECK(serial_is_newer(100, 0xfffffff0));
    CHECK(serial_is_newer(0x7fffffff, 0));
    CHECK_FALSE(serial_is_newer(0x80000000, 0));
    CHECK_FALSE(serial_is_newer(0, 0x80000000));
}

TEST_CASE("policy counter counts on, or follows a larger input", "[serial]") {
    CHECK(chosen(SerialPolicy::counter, 7, std::nullopt) == 7);
    CHECK(chosen(SerialPolicy::counter, 7, 7) == 8);
    CHECK(chosen(SerialPolicy::counter, 7, 20) == 21);
    CHECK(chosen(SerialPolicy::counter, 30, 20) == 30);
    CHECK(chosen(SerialPolicy::counter, 7, 0xffffffff) == 7);
    CHECK(chosen(SerialPolicy::counter, 0xfffffff0, 0xffffffff) == 0);
}

TEST_CASE("policy unixtime takes the time, unless that would go backwards", "[serial]") {
    CHECK(chosen(SerialPolicy::unixtime, 7, std::nullopt) == 1795500000);
    CHECK(chosen(SerialPolicy::unixtime, 7, 1795499999) == 1795500000);
    CHECK(chosen(SerialPolicy::unixtime, 7, 1795500000) == 1795500001);
    CHECK(chosen(SerialPolicy::unixtime, 7, 2026112400) == 2026112401);
}

TEST_CASE("policy datecounter takes the day's next number", "[serial]") {
    CHECK(chosen(SerialPolicy::datecounter, 7, std::nullopt) == 2026112400);
    CHECK(chosen(SerialPolicy::datecounter, 7, 2026112299) == 2026112400);
    CHECK(chosen(SerialPolicy::datecounter, 7, 2026112400) == 2026112401);
    CHECK(chosen(SerialPolicy::datecounter, 7, 2026112499) == 2026112500);
    CHECK(chosen(SerialPolicy::datecounter, 7, 2026112500, "2026-11-25T00:00:00Z") == 2026112501);
}

TEST_CASE("policy keep takes the input's, and refuses one that is not newer", "[serial]") {
    CHECK(chosen(SerialPolicy::keep, 7, std::nullopt) == 7);
    CHECK(chosen(SerialPolicy::keep, 8, 7) == 8);
    const auto now = at("2026-11-24T06:00:00Z");
    const auto same = next_serial({SerialPolicy::keep, 7, 7, now, false});
    REQUIRE_FALSE(same.ok());
    CHECK(same.fault().kind == FaultClass::refused);
    CHECK(same.fault().words.find("raise the serial in the input") != std::string::npos);
    CHECK_FALSE(next_serial({SerialPolicy::keep, 6, 7, now, false}).ok());
    CHECK(chosen(SerialPolicy::keep, 7, 7, "2026-11-24T06:00:00Z", true) == 7);
    CHECK(chosen(SerialPolicy::keep, 6, 7, "2026-11-24T06:00:00Z", true) == 7);
}

TEST_CASE("only a policy that follows the input publishes for a serial's sake", "[serial]") {
    const auto now = at("2026-11-24T06:00:00Z");
    const auto calls = [&](SerialPolicy policy, std::uint32_t input) {
        return serial_calls_for_publication({policy, input, 7, now, false});
    };
    CHECK(calls(SerialPolicy::keep, 8));
    CHECK_FALSE(calls(SerialPolicy::keep, 7));
    CHECK_FALSE(calls(SerialPolicy::keep, 6));
    CHECK(calls(SerialPolicy::counter, 8));
    CHECK_FALSE(calls(SerialPolicy::counter, 6));
    CHECK_FALSE(calls(SerialPolicy::unixtime, 8));
    CHECK_FALSE(calls(SerialPolicy::datecounter, 8));
}

}  // namespace serial_test

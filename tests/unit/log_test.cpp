#include "common/system/log.h"

#include "tests/support/catch.h"

namespace log_test {

using namespace kaspar;

TEST_CASE("an event is one line, whatever is in its words", "[attack][log]") {
    CHECK(log_text("signer", "all is well") == "signer: all is well");
    CHECK(log_text("signer", "line one\nline two\n") == "signer: line one; line two");
    CHECK(log_text("zone", "red \033[31m\r\tend\x7f") == "zone: red \\x1b[31m\\x0d\\x09end\\x7f");
    CHECK(log_text("zone", "bücher 7 %d {}") == "zone: bücher 7 %d {}");
}

TEST_CASE("an event as JSON has its words whole, and octets that are no UTF-8 replaced", "[log]") {
    CHECK(log_members("signer", "all is well") == R"("area":"signer","message":"all is well")");
    CHECK(log_members("signer", "one\ntwo \"\x01\xff", "example.org") ==
          "\"area\":\"signer\",\"zone\":\"example.org\","
          "\"message\":\"one\\ntwo \\\"\\u0001\xef\xbf\xbd\"");
}

TEST_CASE("an event tells its zone", "[log]") {
    CHECK(log_text("enforcer", "stands still", "example.org") ==
          "enforcer: example.org: stands still");
}

TEST_CASE("log levels have names", "[log]") {
    CHECK(log_level_from_text("warning") == LogLevel::warning);
    CHECK(log_level_from_text("none") == LogLevel::none);
    CHECK_FALSE(log_level_from_text("loud"));
}

}  // namespace log_test

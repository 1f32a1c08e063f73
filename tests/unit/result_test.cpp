#include "common/values/result.h"

#include "tests/support/catch.h"

namespace result_test {

using namespace kaspar;

namespace {

Result<int> half(int n) {
    if (n % 2 != 0)
        return Fault{FaultClass::input, "odd"};
    return n / 2;
}

Result<int> quarter(int n) {
    KASPAR_TRY(const int once, half(n));
    return half(once);
}

}  // namespace

TEST_CASE("a fault passes to the caller with the context of every level") {
    CHECK(quarter(8).value() == 2);
    const auto failed = quarter(6).within("quartering 6");
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.fault().words == "quartering 6: odd");
    CHECK(failed.fault().kind == FaultClass::input);
}

}  // namespace result_test

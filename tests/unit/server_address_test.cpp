#include "common/values/server_address.h"

#include "tests/support/catch.h"

namespace server_address_test {

using namespace kaspar;

TEST_CASE("server addresses are read, and written in one form", "[values]") {
    const auto same = [](const std::string& text) {
        const auto read = ServerAddress::from_text(text);
        return read.ok() ? read->text() : read.fault().words;
    };
    CHECK(same("192.0.2.1") == "192.0.2.1");
    CHECK(same("192.0.2.1@53") == "192.0.2.1");
    CHECK(same("2001:DB8:0::1@5300 key transfer") == "2001:db8::1@5300 key transfer");
    for (const char* wrong : {"", "ns.example", "192.0.2", "192.0.2.1@", "192.0.2.1@0",
                              "192.0.2.1@70000", "192.0.2.1 key ", "192.0.2.1 key a b", "::1@x"})
        CHECK_FALSE(ServerAddress::from_text(wrong).ok());
}

}  // namespace server_address_test

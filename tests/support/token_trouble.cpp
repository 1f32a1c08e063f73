#include "tests/support/token_trouble.h"

#include <stdlib.h>

#include "tests/support/catch.h"
#include "tests/token/functions.h"

namespace kaspar::test {

TokenTrouble::TokenTrouble(std::string real_module)
    : real_module_(std::move(real_module)), control_(folder_.path()) {}

std::string TokenTrouble::module() {
    return KASPAR_TEST_TOKEN;
}

std::map<std::string, std::string> TokenTrouble::environment() const {
    return {{"KASPAR_TEST_TOKEN_MODULE", real_module_},
            {"KASPAR_TEST_TOKEN_FOLDER", folder_.path()}};
}

void TokenTrouble::use() const {
    for (const auto& [name, value] : environment())
        ::setenv(name.c_str(), value.c_str(), 1);
}

void TokenTrouble::rules(const std::string& text) {
    const auto parsed = parse_rules(text);
    INFO((parsed.ok() ? "" : parsed.fault().words));
    REQUIRE(parsed.ok());
    control_.write_rules(text);
}

std::uint64_t TokenTrouble::calls(const std::string& function) {
    const auto number = function_number(function);
    INFO(function << " is no function of Cryptoki");
    REQUIRE(number.has_value());
    return control_.calls(*number);
}

}  // namespace kaspar::test

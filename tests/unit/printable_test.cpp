#include "common/system/printable.h"

#include "common/system/terminal.h"
#include "tests/support/catch.h"

namespace printable_test {

using namespace kaspar;

TEST_CASE("text from outside gives a terminal no orders", "[attack][terminal]") {
    CHECK(printable("plain, bücher, 7 %\n\tand more\r\n") == "plain, bücher, 7 %\n\tand more\r\n");
    CHECK(printable("\x1b]0;title\x07") == "\\x1b]0;title\\x07");
    CHECK(printable("\x1b[2J\x1b[1;1H") == "\\x1b[2J\\x1b[1;1H");
    CHECK(printable("gone\rthere\b\x7f") == "gone\\x0dthere\\x08\\x7f");
    CHECK(printable("\xc2\x9b"
                    "31m\xc2\xa0") == "\\xc2\\x9b31m\xc2\xa0");
    CHECK(printable(std::string_view("\0", 1)) == "\\x00");
    CHECK(printable("\x1b") == "\\x1b");
    CHECK(printable("\x1b[31") == "\\x1b[31");
    CHECK(printable("\xc2") == "\xc2");
    for (const Tint tint :
         {Tint::bold, Tint::faint, Tint::good, Tint::warning, Tint::bad, Tint::plain}) {
        const auto text = tinted("text", tint, {.width = 80, .colour = true});
        CHECK(printable(text) == text);
    }
}

}  // namespace printable_test

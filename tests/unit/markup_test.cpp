// Markup of pages: nothing that comes from others gets out of its text or attribute.
#include "enforcer/report/markup.h"

#include "tests/support/catch.h"

namespace markup_test {

using namespace kaspar::enforcer;

namespace {

const std::string unfit = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace

TEST_CASE("what means something in HTML or XML is escaped", "[report]") {
    CHECK(escaped("a < b > c & d \" e ' f") == "a &lt; b &gt; c &amp; d &quot; e &#39; f");
    CHECK(escaped("Grüße, 日本, 🔑\n\tend") == "Grüße, 日本, 🔑\n\tend");
    CHECK(escaped("").empty());
}

TEST_CASE("what XML forbids or what misleads the eye is replaced", "[report]") {
    CHECK(escaped(std::string("\0", 1)) == unfit);
    CHECK(escaped("\x1B[31m") == unfit + "[31m");
    CHECK(escaped("\x7F") == unfit);
    CHECK(escaped("\xC2\x85 \xC2\xA0") == unfit + " \xC2\xA0");  // NEL; a hard blank
    CHECK(escaped("\xE2\x80\xAE"
                  "gpj.exe") == unfit + "gpj.exe");                            // U+202E
    CHECK(escaped("\xE2\x81\xA6\xE2\x80\x8F") == unfit + unfit);               // U+2066, U+200F
    CHECK(escaped("\xE2\x80\x90\xE2\x80\xA6") == "\xE2\x80\x90\xE2\x80\xA6");  // hyphen, ellipsis
    CHECK(escaped("\xEF\xBF\xBF") == unfit);                                   // U+FFFF
}

TEST_CASE("octets that are no UTF-8 are replaced, wherever they end", "[report]") {
    CHECK(escaped("a\xFFz") == "a" + unfit + "z");
    CHECK(escaped("a\xC3") == "a" + unfit);
    CHECK(escaped("a\xF0\x9F\x94<") == "a" + unfit + "&lt;");
    CHECK(escaped("\xC0\xBCscript") == unfit + unfit + "script");  // an overlong <
    CHECK(escaped("\xED\xA0\x80").find(unfit) == 0);               // half of a surrogate pair
}

TEST_CASE("elements end where their scopes end, and words stay in them", "[report]") {
    Markup markup;
    {
        const auto list = markup.element("ul", {{"title", "\"><script>"}});
        markup.leaf("li", {}, "</li>");
        const auto item = markup.element("li");
        markup.prose("run `kaspar <x>`, not `this");
        markup.empty("br", {});
    }
    CHECK(std::move(markup).take() ==
          "<ul title=\"&quot;&gt;&lt;script&gt;\"><li>&lt;/li&gt;</li>"
          "<li>run <code>kaspar &lt;x&gt;</code>, not `this<br/></li></ul>");
}

}  // namespace markup_test

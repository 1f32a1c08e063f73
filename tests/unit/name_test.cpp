#include "common/values/name.h"

#include <algorithm>
#include <set>

#include "tests/support/catch.h"

namespace name_test {

using namespace kaspar;

namespace {

Name name(std::string_view text) {
    return Name::from_text(text).value();
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string whole;
    while (times-- > 0)
        whole += text;
    return whole;
}

/// 255 octets in wire format: three labels of 63 and one of 61, and the root.
const std::string longest = repeated(std::string(63, 'a') + ".", 3) + std::string(61, 'b');

}  // namespace

TEST_CASE("a name is read with or without the last dot and written without", "[name]") {
    CHECK(name("example.com").text() == "example.com");
    CHECK(name("example.com.").text() == "example.com");
    CHECK(name("example.com").absolute_text() == "example.com.");
    CHECK(name("*._tcp.Example").text() == "*._tcp.Example");
    CHECK(name("example.com").label_count() == 2);
}

TEST_CASE("the root is a dot", "[name]") {
    CHECK(name(".") == Name());
    CHECK(Name().is_root());
    CHECK(Name().text() == ".");
    CHECK(Name().absolute_text() == ".");
    CHECK(Name().label_count() == 0);
    CHECK_FALSE(name("a").is_root());
}

TEST_CASE("odd octets survive the way from text to wire and back", "[attack][name]") {
    const auto odd = name("a\\.b\\000\\255\\\\\\032.example");
    const Bytes expected{7,   'a', '.', 'b', 0,   255, '\\', ' ', 7,
                         'e', 'x', 'a', 'm', 'p', 'l', 'e',  0};
    CHECK(Bytes(odd.wire().begin(), odd.wire().end()) == expected);
    CHECK(odd.label_count() == 2);
    CHECK(name(odd.text()) == odd);
    for (int octet = 0; octet < 256; ++octet) {
        const Bytes wire{1, static_cast<std::uint8_t>(octet), 0};
        const auto single = Name::from_wire(wire).value();
        INFO(octet);
        const auto again = name(single.text());
        CHECK(Bytes(again.wire().begin(), again.wire().end()) == wire);
    }
}

TEST_CASE("what is not a name is refused", "[attack][name]") {
    using namespace std::string_view_literals;
    const auto long_label = std::string(64, 'a');
    const auto too_long = longest + "b";
    for (const auto text : {""sv, ".."sv, ".a"sv, "a..b"sv, "a.."sv, "a b"sv, "a\\"sv, "a\\25"sv,
                            "a\\256"sv, "a\0b"sv, "a\\\0b"sv, "a\tb"sv, "bücher.example"sv,
                            std::string_view(long_label), std::string_view(too_long)}) {
        INFO(text);
        const auto refused = Name::from_text(text);
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.fault().kind == FaultClass::input);
    }
}

TEST_CASE("a name of 255 octets is a name", "[name]") {
    const auto whole = name(longest);
    CHECK(whole.wire().size() == 255);
    CHECK(whole.text() == longest);
    const auto escaped = name(repeated(repeated("\\001", 63) + ".", 3) + repeated("\\001", 61));
    CHECK(escaped.wire().size() == 255);
    CHECK(name(escaped.text()) == escaped);
}

TEST_CASE("malformed wire-format names are refused", "[name]") {
    for (const auto& wire : {Bytes{}, Bytes{1}, Bytes{1, 'a'}, Bytes{0, 0}, Bytes{1, 'a', 0, 0},
                             Bytes{2, 'a', 0}, Bytes{0xc0, 0}, Bytes{64, 'a', 0}}) {
        CHECK_FALSE(Name::from_wire(wire).ok());
    }
    CHECK(Name::from_wire(Bytes{0}).value() == Name());
}

TEST_CASE("names are the same whatever their case, and keep it", "[name]") {
    CHECK(name("EXAMPLE.com") == name("example.COM"));
    CHECK((name("EXAMPLE.com") <=> name("example.COM")) == std::strong_ordering::equal);
    CHECK(name("EXAMPLE.com").text() == "EXAMPLE.com");
    CHECK(name("EXAMPLE.com").lower().text() == "example.com");
    CHECK(name("a") != name("b"));
    CHECK(name("a") != name("a.a"));
}

TEST_CASE("names sort in the order of RFC 4034 §6.1", "[name]") {
    const std::vector<Name> ordered{
        name("example"),         name("a.example"),      name("yljkjljk.a.example"),
        name("Z.a.example"),     name("zABC.a.EXAMPLE"), name("z.example"),
        name("\\001.z.example"), name("*.z.example"),    name("\\200.z.example")};
    CHECK(std::ranges::is_sorted(ordered));
    CHECK(Name() < ordered.front());
}

TEST_CASE("a name is within itself and its ancestors only", "[name]") {
    CHECK(name("a.Example").is_within(name("eXample")));
    CHECK(name("example").is_within(name("example")));
    CHECK(name("example").is_within(Name()));
    CHECK_FALSE(name("example").is_within(name("a.example")));
    CHECK_FALSE(name("badexample").is_within(name("example")));
    CHECK_FALSE(Name().is_within(name("example")));
}

TEST_CASE("a zone's file name is safe on any file system", "[attack][name]") {
    CHECK(name("Example.COM").file_name() == "example.com");
    CHECK(Name().file_name() == "@root");
    CHECK(name("0/25.2.0.192.in-addr.arpa").file_name() == "0%2F25.2.0.192.in-addr.arpa");
    CHECK(name("\\.\\.").file_name() == "%2E%2E");
    CHECK(name("\\.\\..\\/etc").file_name() == "%2E%2E.%2Fetc");
    CHECK(name("a%2F").file_name() == "a%252f");
    CHECK(name("\\@root").file_name() == "%40root");
    CHECK(name("a\\000\\255").file_name() == "a%00%FF");
    CHECK(name("_dmarc.my-zone").file_name() == "_dmarc.my-zone");
}

TEST_CASE("distinct zones have distinct file names, however long", "[attack][name]") {
    std::set<std::string> seen;
    const auto add = [&](const std::string& text) {
        const auto file = name(text).file_name();
        INFO(text);
        CHECK(file.size() <= 200);
        CHECK(file.find('/') == file.npos);
        CHECK(file.front() != '.');
        CHECK(seen.insert(file).second);
    };
    for (const auto* text : {"a.b", "a\\.b", "a%2eb", "\\@root", ".", "root"})
        add(text);
    add(longest);
    add(longest.substr(0, longest.size() - 1) + "c");
    add(longest.substr(1));
    add(repeated(repeated("\\/", 60) + ".", 3) + "arpa");
    add(repeated(repeated("\\/", 60) + ".", 3) + "arpb");
    CHECK(name(longest).file_name() ==
          name(repeated(std::string(63, 'A') + ".", 3) + std::string(61, 'B')).file_name());
}

}  // namespace name_test

#include "common/formats/json_text.h"

#include <string>

#include "tests/support/catch.h"

namespace json_text_test {

using namespace kaspar;

namespace {

struct BadText {
    std::string text;
    Position at;
    std::string words;  ///< a part of them
};

}  // namespace

TEST_CASE("every key and value knows its line and column", "[json_text]") {
    const auto parsed = parse_json(
        "// a comment, with: \"quotes\"\n"
        "{ \"a\": 1,\n"
        "  /* { */ \"b\\\"c\" : [ true,\n"
        "      -2.5e3, \"x\" ], \"\xC3\xA9\": {} }\n");
    REQUIRE(parsed.root);
    CHECK(parsed.findings.empty());
    CHECK(parsed.root->at == Position{2, 1});
    const JsonObject& members = *parsed.root->object();
    REQUIRE(members.size() == 3);
    CHECK(members[0].key_at == Position{2, 3});
    CHECK(members[0].value.at == Position{2, 8});
    CHECK(members[1].key == "b\"c");
    CHECK(members[1].key_at == Position{3, 11});
    const JsonList& list = *members[1].value.list();
    CHECK(members[1].value.at == Position{3, 20});
    CHECK(list[0].at == Position{3, 22});
    CHECK(list[1].at == Position{4, 7});
    CHECK(list[2].at == Position{4, 15});
    CHECK(members[2].key_at == Position{4, 22});
    CHECK(members[2].value.at == Position{4, 27});  // é is one column
}

TEST_CASE("a byte order mark is no column", "[json_text]") {
    const auto parsed = parse_json("\xEF\xBB\xBF{\"a\": 1}");
    REQUIRE(parsed.root);
    CHECK(parsed.root->object()->front().key_at == Position{1, 2});
}

TEST_CASE("a syntax error is told where it is", "[json_text]") {
    const auto bad = GENERATE(values<BadText>({
        {"", {1, 1}, "unexpected end of input"},
        {"{\n  \"a\": 1\n  \"b\": 2 }", {3, 3}, "unexpected string literal"},
        {"{ \"a\": 1, }", {1, 11}, "unexpected '}'"},
        {"{ \"a\": tru }", {1, 11}, "invalid literal"},
        {"{ \"a\" 1 }", {1, 7}, "unexpected number literal"},
        {"[1, 2", {1, 6}, "unexpected end of input"},
        {"{} {}", {1, 4}, "unexpected '{'"},
        {"[1,, 2]", {1, 4}, "unexpected ','"},
        {"[1 true]", {1, 4}, "unexpected true literal"},
        {"{ \"a\": \"b\nc\" }", {1, 10}, "invalid string"},
        {"{ \"a\": 01 }", {1, 9}, "unexpected number literal"},
        {"1 \"\\",
         {1, 5},
         "forbidden character after backslash"},  // the text ends within an escape
    }));
    const auto parsed = parse_json(bad.text);
    CAPTURE(bad.text);
    CHECK_FALSE(parsed.root);
    REQUIRE(parsed.findings.size() == 1);
    CHECK(parsed.findings[0].at == bad.at);
    CHECK_THAT(parsed.findings[0].words, Catch::Contains(bad.words));
}

TEST_CASE("a comma too many is called that", "[json_text]") {
    const auto parsed = parse_json("[1, 2, ]");
    REQUIRE(parsed.findings.size() == 1);
    CHECK_THAT(parsed.findings[0].remedy, Catch::Contains("remove the comma"));
}

TEST_CASE("all duplicate keys are told, with path and place", "[json_text]") {
    const auto parsed = parse_json(
        "{ \"a\": 1,\n  \"a\": 2,\n"
        "  \"k\": [ {}, { \"x\": 1, \"x\": { \"y\": 1 } } ] }");
    REQUIRE(parsed.root);
    REQUIRE(parsed.findings.size() == 2);
    CHECK(parsed.findings[0].at == Position{2, 3});
    CHECK(parsed.findings[0].field == "a");
    CHECK(parsed.findings[1].at == Position{3, 24});
    CHECK(parsed.findings[1].field == "k[1].x");
    CHECK(compact_json(*parsed.root) == R"({"a":1,"k":[{},{"x":1}]})");
}

TEST_CASE("a document cannot cost more than its limits", "[attack][json_text]") {
    const auto deep = parse_json(std::string(65, '[') + std::string(65, ']'));
    CHECK_FALSE(deep.root);
    CHECK(deep.findings.at(0).at == Position{1, 65});
    CHECK(parse_json(std::string(64, '[') + std::string(64, ']')).root);
    CHECK_FALSE(parse_json(std::string(1'000'000, '[')).root);

    JsonLimits small;
    small.values = 3;
    CHECK(parse_json("[1, 2]", small).root);
    CHECK_FALSE(parse_json("[1, 2, 3]", small).root);
    small.octets = 4;
    CHECK_FALSE(parse_json("[1,2]", small).root);
}

TEST_CASE("compact JSON read again gives the same octets", "[json_text]") {
    const std::string text =
        R"({"a":[1,-5,true,null,"x\n\"é"],"b":{},"c":[],"d":18446744073709551615})";
    const auto parsed = parse_json(text);
    REQUIRE(parsed.root);
    CHECK(compact_json(*parsed.root) == text);
    const auto again = parse_json(pretty_json(*parsed.root));
    REQUIRE(again.root);
    CHECK(compact_json(*again.root) == text);
}

}  // namespace json_text_test

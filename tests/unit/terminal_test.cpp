#include "common/system/terminal.h"

#include "tests/support/catch.h"

namespace terminal_test {

using namespace kaspar;

namespace {

const Terminal plain;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines(1);
    for (const char c : text) {
        if (c == '\n')
            lines.emplace_back();
        else
            lines.back() += c;
    }
    REQUIRE(lines.back().empty());
    lines.pop_back();
    return lines;
}

}  // namespace

TEST_CASE("a table has its columns under their titles", "[terminal]") {
    Table table({{"ZONE"}, {"KEYS", Column::Align::right}, {"STATE"}});
    table.add({"example.com", "2", "good"});
    table.add({"é.example", "12", ""});
    CHECK(table.text(plain) ==
          "ZONE         KEYS  STATE\n"
          "example.com     2  good\n"
          "é.example      12\n");
}

TEST_CASE("a table that is too wide wraps its widest column", "[terminal]") {
    Table table({{"TAG", Column::Align::right}, {"WAITS"}, {"ROLE"}});
    table.add(
        {"12345",
         "for the parent to have the DS record of this key, which a person must submit to the "
         "registrar, and confirm with: kaspar ds seen example.com",
         "ksk"});
    const auto text = table.text(plain);
    const auto lines = lines_of(text);
    REQUIRE(lines.size() > 2);
    std::string words;
    for (const auto& line : lines) {
        CHECK(display_width(line) <= 80);
        CHECK(line.find_last_not_of(' ') == line.size() - 1);
        words += line + " ";
    }
    CHECK(words.find("ksk") != words.npos);
    CHECK(words.find("example.com") != words.npos);
    CHECK(lines[1].starts_with("12345  for the parent"));
    CHECK(lines[2].starts_with("       "));
}

TEST_CASE("words that are too long are cut, and nothing is lost", "[terminal]") {
    Table table({{"DIGEST"}});
    const std::string digest(200, 'A');
    table.add({digest});
    std::string joined;
    for (const auto& line : lines_of(table.text(plain)))
        joined += line;
    CHECK(joined == "DIGEST" + digest);
}

TEST_CASE("line feeds in a cell begin new lines of that cell", "[terminal]") {
    Table table({{"A"}, {"B"}});
    table.add({"1\n2", "x"});
    CHECK(table.text(plain) == "A  B\n1  x\n2\n");
}

TEST_CASE("a table of more columns than fit still shows all", "[terminal]") {
    std::vector<Column> columns;
    std::vector<Cell> row;
    for (int i = 0; i < 20; ++i) {
        columns.push_back({"COLUMN"});
        row.emplace_back("0123456789");
    }
    Table table(columns);
    table.add(row);
    CHECK(table.text(plain).find("01234567") != std::string::npos);
}

TEST_CASE("colours appear only where they are wanted", "[terminal]") {
    Table table({{"STATE"}});
    table.add({Cell("bad", Tint::bad)});
    CHECK(table.text(plain).find('\033') == std::string::npos);
    const Terminal colourful{80, true};
    CHECK(table.text(colourful) == "\033[1mSTATE\033[0m\n\033[31mbad\033[0m\n");
    CHECK(tinted("x", Tint::plain, colourful) == "x");
}

TEST_CASE("progress is told in numbers, and in percent where the total is known", "[terminal]") {
    CHECK(Progress::line("signing example", 1200, 4000) == "signing example: 1200 of 4000 (30 %)");
    CHECK(Progress::line("reading", 7, 0) == "reading: 7");
}

}  // namespace terminal_test

#include "signer/zonefile/lines.h"

#include <fstream>
#include <sstream>

#include "signer/zonefile/writer.h"
#include "tests/support/zones.h"

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

const auto apex = Name::from_text("example").value();

std::string fault(std::string_view text) {
    const auto read = read_zone_lines(text, apex);
    return read.ok() ? "none" : read.fault().words;
}

}  // namespace

TEST_CASE("what the writer wrote reads back as the same zone", "[lines]") {
    for (const auto& [file, name] :
         {std::pair{"nasty.zone", "nasty.example"}, std::pair{"rootlike.zone", "."}}) {
        const auto zone_apex = Name::from_text(name).value();
        const auto first =
            read_zone_file(std::filesystem::path("tests/golden/zones") / file, zone_apex);
        REQUIRE(first.ok());
        const auto text = zone_text(first->zone);
        const auto second = read_zone_lines(text, zone_apex);
        INFO((second.ok() ? "" : second.fault().words));
        REQUIRE(second.ok());
        CHECK(zone_text(*second) == text);
        CHECK(second->record_count() == first->zone.record_count());
    }
    CHECK(read_zone_lines("", apex)->nodes().empty());
}

TEST_CASE("a record read back knows its line", "[lines]") {
    const auto zone = read_zone_lines(
        "example.\t60\tIN\tNS\ta.example.\na.example.\t60\tIN\tA\t192.0.2.1\n", apex);
    REQUIRE(zone.ok());
    CHECK(zone->rrsets(zone->nodes()[1])[0].origin.line == 2);
}

TEST_CASE("a line that the writer cannot have written is named", "[lines]") {
    const std::string good = "example.\t60\tIN\tNS\ta.example.\n";
    REQUIRE(fault(good) == "none");
    for (const std::string line : {
             "a.example.\t60\tIN\tA\t192.0.2\n",  // not an address
             "\t60\tIN\tA\t192.0.2.1\n",          // no owner
             " 60 IN A 192.0.2.1\n",
             "$TTL 60\n",  // a directive
             "\n",         // blank
             "; comment\n",
             "a.example.\tIN\tA\t192.0.2.1\n",  // no TTL
             "a.example.\t2147483648\tIN\tA\t192.0.2.1\n",
             "a\t60\tIN\tA\t192.0.2.1\n",               // relative
             "a.example.net.\t60\tIN\tA\t192.0.2.1\n",  // of another zone
             "a.example.\t60\tIN\tTXT\t(\n\"a\" )\n",   // two lines
             "a.example.\t60\tIN\tA\t( 192.0.2.1\n)\n",
             "a.example.\t60\tIN\tA\t192.0.2.1",  // cut
             "a.example.\t60\tIN\tA\t192.0.",
             "a.example.\t60\tIN\tNS\t\\# 3 0561ff\n",  // not a name
         }) {
        INFO(line);
        CHECK(fault(good + line) == "line 2 is not one whole record of the zone example");
        CHECK(fault(good + line + good) == "line 2 is not one whole record of the zone example");
    }
}

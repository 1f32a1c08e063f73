#include "signer/zonefile/lines.h"

#include <fmt/format.h>

#include "signer/zonefile/writer.h"
#include "tests/support/zones.h"

namespace lines_test {

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
             "a.example.\t60\tIN\tA\t( 192.0.2.1\n)\n", "a.example.\t60\tIN\tNS\tns\\\n.example.\n",
             "a.example.\t60\tIN\tA\t192.0.2.1",  // cut
             "a.example.\t60\tIN\tA\t192.0.",
             "a.example.\t60\tIN\tNS\t\\# 3 0561ff\n",  // not a name
         }) {
        INFO(line);
        CHECK(fault(good + line) == "line 2 is not one whole record of the zone example");
        CHECK(fault(good + line + good) == "line 2 is not one whole record of the zone example");
    }
}

namespace {

const std::string head = "a.example.\t60\tIN\tA\t192.0.2.1\n";
const std::string rrsig =
    "a.example.\t60\tIN\tRRSIG\tA 13 2 60 20261224000000 20261124000000 4711 example. ";
const std::string signature = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// As both readers have it; they never differ.
std::string read_both_ways(const std::string& text) {
    const auto plain = read_zone_lines(text, apex), fast = read_published_lines(text, apex);
    const auto shown = [](const Result<Zone>& zone) {
        return zone.ok() ? zone_text(*zone) : zone.fault().words;
    };
    CHECK(shown(plain) == shown(fast));
    return shown(fast);
}

}  // namespace

TEST_CASE("a published zone's RRSIGs read back as any reader has them", "[lines]") {
    const auto wanted = head + rrsig + signature + "\n";
    CHECK(read_both_ways(wanted) == wanted);
    for (const auto type : {"NSEC3PARAM", "DNSKEY", "SOA", "TYPE65280"})
        for (const auto time : {"19700101000000", "20240229235959", "20380119031408",
                                "20641231235960", "20650101000000", "21060207062815"}) {
            const auto text = fmt::format(
                "a.example.\t2147483647\tIN\tRRSIG\t{} 255 0 4294967295 {} {} 65535 example. {}\n",
                type, time, time, signature);
            read_both_ways(head + text);
        }
}

TEST_CASE("any change to an RRSIG's line is read by both readers, or by neither", "[lines]") {
    const auto line = rrsig + signature + "\n";
    for (std::size_t at = 0; at < line.size(); ++at) {
        for (const char octet : std::string("\0 \t\n;()\"0129=+/AZaz.\\$", 22)) {
            auto other = line;
            other[at] = octet;
            INFO(other);
            read_both_ways(head + other + head);
        }
        auto shorter = line, longer = line;
        shorter.erase(at, 1);
        longer.insert(at, 1, line[at]);
        INFO(at);
        read_both_ways(head + shorter + head);
        read_both_ways(head + longer + head);
        read_both_ways(head + line.substr(0, at));
    }
}

}  // namespace lines_test

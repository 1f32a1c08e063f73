#include "signer/zonefile/reader.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "signer/zonefile/writer.h"
#include "tests/unit/read_zones.h"

namespace reader_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// The zone's records, one a line, without SOA and NS at the apex.
std::string records(const Zone& zone) {
    std::istringstream lines(zone_text(zone));
    std::string out;
    for (std::string line; std::getline(lines, line);)
        if (line.find("\tSOA\t") == line.npos && line.find("ns.example.net.") == line.npos)
            out += line + "\n";
    return out;
}

std::string records(std::string_view text) {
    return records(read_zone(apex_lines + std::string(text)).zone);
}

/// All that reading the file with this window tells.
std::string told(const std::filesystem::path& file, std::string_view apex, std::size_t window) {
    const auto read = read_zone_file(file, Name::from_text(apex).value(), 1, window);
    if (!read.ok())
        return read.fault().words;
    auto out = fmt::format("{}{} {}\n", zone_text(read->zone), read->records_read,
                           fmt::join(read->warnings, "\n"));
    for (const auto& identity : read->files)
        out += fmt::format("{} {} {}\n", identity.path.string(), identity.size, identity.sha256);
    for (const auto& node : read->zone.nodes())
        for (const auto& rrset : read->zone.rrsets(node))
            out += fmt::format("{}:{} ", rrset.origin.file, rrset.origin.line);
    return out;
}

}  // namespace

TEST_CASE("owners, TTLs and origins carry over as RFC 1035 section 5.1 has it", "[reader]") {
    CHECK(records("a 60 A 192.0.2.1\n"
                  "     A 192.0.2.2\n"
                  "$ORIGIN sub\n"
                  "b IN 120 A 192.0.2.3\n"
                  "$TTL 2h\n"
                  "@ A 192.0.2.4\n"
                  "c.example. A 192.0.2.5 ; comment\n") ==
          "a.example.\t60\tIN\tA\t192.0.2.1\n"
          "a.example.\t60\tIN\tA\t192.0.2.2\n"
          "c.example.\t7200\tIN\tA\t192.0.2.5\n"
          "sub.example.\t7200\tIN\tA\t192.0.2.4\n"
          "b.sub.example.\t120\tIN\tA\t192.0.2.3\n");
}

TEST_CASE("without $TTL the last TTL counts, then the SOA's minimum, with a warning", "[reader]") {
    const auto read = read_zone(
        "@ SOA ns.example.net. h.example.net. 1 3600 900 1209600 600\n"
        "a A 192.0.2.1\n"
        "b 60 A 192.0.2.2\n"
        "c A 192.0.2.3\n");
    CHECK(records(read.zone) ==
          "a.example.\t600\tIN\tA\t192.0.2.1\n"
          "b.example.\t60\tIN\tA\t192.0.2.2\n"
          "c.example.\t60\tIN\tA\t192.0.2.3\n");
    CHECK(read.zone.find(*read.zone.find(wire("example.")), rr::soa)->ttl == 600);
    REQUIRE(read.warnings.size() == 1);
    CHECK(read.warnings[0].find("zone:1: no TTL") != std::string::npos);
    CHECK(reading_fault("a A 192.0.2.1\n").starts_with("zone:1: no TTL"));
    CHECK(read_zone(apex_lines).warnings.empty());
}

TEST_CASE("odd octets in names may stand bare, as BIND writes them", "[reader]") {
    CHECK(records("a+b A 192.0.2.1\n"
                  "~=[x]` 60 IN ( AAAA ; it's a comment + more\n  2001:db8::1 )\n"
                  "      NS    ns+1\n"
                  "m     MX    10 {mail}.example. ; ok?\n"
                  "m     RP    a!b c,d.example.\n"
                  "k!y   DHCID AA+/AA==\n"
                  "$GENERATE 1-1 g+$ CNAME h:$\n") ==
          "a\\+b.example.\t3600\tIN\tA\t192.0.2.1\n"
          "g\\+1.example.\t3600\tIN\tCNAME\th\\:1.example.\n"
          "k\\!y.example.\t3600\tIN\tDHCID\tAA+/AA==\n"
          "m.example.\t3600\tIN\tMX\t10 \\{mail\\}.example.\n"
          "m.example.\t3600\tIN\tRP\ta\\!b.example. c\\,d.example.\n"
          "\\~\\=\\091x\\]\\`.example.\t3600\tIN\tNS\tns\\+1.example.\n"
          "\\~\\=\\091x\\]\\`.example.\t60\tIN\tAAAA\t2001:db8::1\n");
    CHECK(records("\\(.~ HTTPS 1 a~b. alpn=h2\nx HTTPS 1 c~d. alpn=h2\n\\(.~ A 192.0.2.1\n") ==
          records("\\(.\\~ HTTPS 1 a\\~b. alpn=h2\nx HTTPS 1 c\\~d. alpn=h2\n"
                  "\\(.\\~ A 192.0.2.1\n"));
    CHECK(lines_start(fault("a+b A 192.0.2\nc=d A\ne@f A 192.0.2.1\n"),
                      {"zone:4: ", "zone:5: ", "zone:6: "}));
}

TEST_CASE("parentheses with nothing in them are a blank line", "[reader]") {
    CHECK(records("a A 192.0.2.1\n"
                  "()\n"
                  "( ; nothing\n"
                  "  )\n"
                  "( A\n192.0.2.2\n)\n") ==
          "a.example.\t3600\tIN\tA\t192.0.2.1\n"
          "a.example.\t3600\tIN\tA\t192.0.2.2\n");
    CHECK(reading_fault("a 60 A 192.0.2.1\n()\n(NS\ns\n").starts_with("zone:3: a parenthesis"));
}

TEST_CASE("each record knows the line it starts on", "[reader]") {
    const auto read = read_zone(apex_lines +
                                "\n"
                                "; comment\n"
                                "a TXT ( \"one\"\n"
                                "\n"
                                "  \"two\" ) ; end\n"
                                "b A (\n"
                                "  192.0.2.1\n"
                                "  )\n"
                                "c A 192.0.2.1\n"
                                "$GENERATE 1-2 d$ A 192.0.2.$\n"
                                "e A 192.0.2.1\n");
    const auto line = [&read](std::string_view name) {
        const auto* node = read.zone.find(wire(name));
        return node == nullptr ? 0 : read.zone.rrsets(*node)[0].origin.line;
    };
    CHECK(line("a.example.") == 6);
    CHECK(line("b.example.") == 9);
    CHECK(line("c.example.") == 12);
    CHECK(line("d1.example.") == 13);
    CHECK(line("d2.example.") == 13);
    CHECK(line("e.example.") == 14);
}

TEST_CASE("a record that ends in an address may close its parenthesis later", "[reader]") {
    CHECK(records("a A ( 192.0.2.1\n ; comment )\n )\nb AAAA (\n 2001:db8::1 )\n") ==
          "a.example.\t3600\tIN\tA\t192.0.2.1\nb.example.\t3600\tIN\tAAAA\t2001:db8::1\n");
    CHECK(lines_start(fault("a A ( 192.0.2.1\n b A 192.0.2.2 )\nc A x\n"),
                      {"zone:4: unexpected words", "zone:6: "}));
}

TEST_CASE("included files are found beside the including one, and give back origin and owner",
          "[reader]") {
    const TempFolder folder;
    std::filesystem::create_directory(folder / "parts");
    const auto zone = write_text(folder / "zone", apex_lines +
                                                      "before A 192.0.2.1\n"
                                                      "$INCLUDE parts/one inner\n"
                                                      "       TXT \"before\"\n"
                                                      "after A 192.0.2.2\n"
                                                      "$INCLUDE \"parts/one\" second.example.\n");
    write_text(folder / "parts/one",
               "$TTL 60\n@ A 192.0.2.3\n$ORIGIN deep\n$INCLUDE two\n@ A 192.0.2.5\n");
    write_text(folder / "parts/two", "x A 192.0.2.4\n");
    const auto read = read_zone_file(zone, Name::from_text("example").value());
    INFO((read.ok() ? "" : read.fault().words));
    REQUIRE(read.ok());
    CHECK(records(read->zone) ==
          "after.example.\t60\tIN\tA\t192.0.2.2\n"
          "before.example.\t3600\tIN\tA\t192.0.2.1\n"
          "before.example.\t60\tIN\tTXT\t\"before\"\n"
          "inner.example.\t60\tIN\tA\t192.0.2.3\n"
          "deep.inner.example.\t60\tIN\tA\t192.0.2.5\n"
          "x.deep.inner.example.\t60\tIN\tA\t192.0.2.4\n"
          "second.example.\t60\tIN\tA\t192.0.2.3\n"
          "deep.second.example.\t60\tIN\tA\t192.0.2.5\n"
          "x.deep.second.example.\t60\tIN\tA\t192.0.2.4\n");
    REQUIRE(read->files.size() == 5);
    CHECK(read->files[2].path == folder / "parts/two");
    const auto* node = read->zone.find(wire("x.deep.inner.example."));
    CHECK(read->zone.rrsets(*node)[0].origin.file == 2);
}

TEST_CASE("each file's digest is of the octets that were parsed", "[reader]") {
    const auto read = golden("nasty.zone", "nasty.example");
    REQUIRE(read.ok());
    REQUIRE(read->files.size() == 3);
    std::ifstream file("tests/golden/zones/nasty.zone", std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    CHECK(read->files[0].sha256 == to_hex(sha256(as_bytes(text.str()))));
    CHECK(read->files[0].size == text.str().size());
    CHECK(read->files[1].path == "tests/golden/zones/nasty.inc");
    CHECK(read->files[1] == read->files[2]);
}

TEST_CASE("the nasty zone is read as it is meant", "[reader]") {
    const auto read = golden("nasty.zone", "nasty.example");
    INFO((read.ok() ? "" : read.fault().words));
    REQUIRE(read.ok());
    CHECK(read->records_read == read->zone.record_count() + 1);  // one is written twice
    const auto text = zone_text(read->zone);
    const auto holds = [&text](std::string_view line) {
        INFO(line);
        return ("\n" + text).find(fmt::format("\n{}\n", line)) != std::string::npos;
    };
    CHECK(holds("dot\\.inside2.nasty.example.\t3600\tIN\tA\t192.0.2.18"));
    CHECK(holds("nul\\000octet.nasty.example.\t3600\tIN\tA\t192.0.2.19"));
    CHECK(holds("MixedCase.UPPER.nasty.example.\t3600\tIN\tA\t192.0.2.16"));
    CHECK(holds("WWW.nasty.example.\t3600\tIN\tAAAA\t2001:db8::15"));
    CHECK(holds("alias.nasty.example.\t3600\tIN\tCNAME\tWWW.Nasty.Example."));
    CHECK(holds("mail.nasty.example.\t7200\tIN\tAAAA\t2001:db8::25"));
    CHECK(holds("e.f.rev.nasty.example.\t3600\tIN\tPTR\tHost-254.nasty.example."));
    CHECK(holds("0010-\\$.nasty.example.\t3600\tIN\tCNAME\thost-1.nasty.example."));
    CHECK(holds("name.deeper.included.sub.nasty.example.\t3600\tIN\tAAAA\t2001:db8::61"));
    CHECK(holds("after.sub.nasty.example.\t3600\tIN\tTXT\t\"the owner is after.sub\""));
    CHECK(holds("t-unknown.nasty.example.\t3600\tIN\tTYPE65281\t\\# 0"));
    std::size_t longest = 0;
    for (const auto& node : read->zone.nodes())
        longest = std::max(longest, node.name.size());
    CHECK(longest == 255);
}

TEST_CASE("a zone in which only the root's shape is real is read", "[reader]") {
    const auto read = golden("rootlike.zone", ".");
    INFO((read.ok() ? "" : read.fault().words));
    REQUIRE(read.ok());
    CHECK(read->zone.record_count() == 519);
    CHECK(read->zone.owner(read->zone.nodes()[0]).size() == 1);
}

TEST_CASE("a window of any size shows the same zone", "[reader]") {
    std::vector<std::pair<std::string, std::string>> files = {
        {"nasty.zone", "nasty.example"},
        {"rootlike.zone", "."},
        {"apex-only.zone", "apex.example"},
        {"occluded.zone", "occluded.example"}};
    for (const auto& entry : std::filesystem::directory_iterator("tests/golden/zones/broken"))
        files.emplace_back("broken/" + entry.path().filename().string(), "example");
    REQUIRE(files.size() > 20);
    for (const auto& [file, apex] : files)
        for (const std::size_t window : {1, 2, 3, 5, 16, 17, 31, 64, 100, 1000}) {
            INFO(file << " in " << window);
            const auto path = "tests/golden/zones/" + file;
            CHECK(told(path, apex, window) == told(path, apex, usual_window));
        }
}

TEST_CASE("what is wrong with a file is the same in any window", "[reader]") {
    const TempFolder folder;
    std::string many;
    for (int i = 0; i < 60; ++i)
        many += fmt::format("a{} A 192.0.2.{}\n", i, i % 2 == 0 ? "1" : "x");
    for (const auto& text :
         {many, std::string("a+b A 192.0.2.1\n~=[x]` 60 IN ( AAAA ; it's a + b\n 2001:db8::1 )\n"),
          std::string("a TXT ( \"one\"\n  \"two\"\nb A 192.0.2\nc A ( 192.0.2.1\n; d\nd A x\n"),
          std::string("a A ( 192.0.2.1\n ; comment )\n )\nb AAAA (\n 2001:db8::1 )\n"),
          std::string("a A ( 192.0.2.1\n b A 192.0.2.2 )\nc A x\n"),
          std::string("a A 192.0.2.1\r\nb A 192.0.2.1\r\n"), std::string("a A 192.0.2.1"),
          std::string("; a comment longer than the window is\n   \n\n  ; and another"),
          std::string("$TTL 36"), std::string("$WHAT is this\n$TTL soon\n$ORIGIN ..\n"),
          std::string("a A 192.0.2.1\n   TXT a\n\tTXT b\n$ORIGIN c.example.\n  TXT c\n")}) {
        const auto path = write_text(folder / "zone", apex_lines + text);
        const auto expected = told(path, "example", usual_window);
        for (std::size_t window = 1; window < 80; ++window) {
            INFO(text << " in " << window);
            CHECK(told(path, "example", window) == expected);
        }
    }
}

TEST_CASE("an item much longer than the window is read", "[reader]") {
    std::string text = "a TXT (";
    for (int i = 0; i < 4000; ++i)
        text += " \"0123456789\"\n";
    const auto read = try_zone(apex_lines + text + ")\nb A 192.0.2.1\n", "example.", 16);
    INFO((read.ok() ? "" : read.fault().words));
    REQUIRE(read.ok());
    const auto* node = read->zone.find(wire("b.example."));
    REQUIRE(node != nullptr);
    CHECK(read->zone.rrsets(*node)[0].origin.line == 4005);
}

TEST_CASE("no octets make the reader crash or hang", "[reader]") {
    std::ifstream file("tests/golden/zones/nasty.zone", std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    const auto good = text.str();
    const TempFolder folder;
    std::uint32_t state = 1;
    const auto next = [&state] { return state = state * 1664525 + 1013904223; };
    const std::string_view odd("\0\n\\\"();$@ \t\r\xff.9", 16);
    for (int i = 0; i < 300; ++i) {
        auto bad = good.substr(0, next() % good.size());
        for (auto changes = next() % 8; changes > 0 && !bad.empty(); --changes)
            bad[(next() >> 8) % bad.size()] = odd[(next() >> 8) % odd.size()];
        const auto path = write_text(folder / "zone", bad);
        CHECK(told(path, "nasty.example", 16) == told(path, "nasty.example", usual_window));
    }
}

}  // namespace reader_test

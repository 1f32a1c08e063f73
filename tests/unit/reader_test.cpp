#include "signer/zonefile/reader.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "common/values/digest.h"
#include "common/values/encoding.h"
#include "signer/zonefile/writer.h"
#include "tests/support/zones.h"

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

/// The fault of these lines after the apex_lines, of which there are three.
std::string fault(std::string_view text) {
    return reading_fault(apex_lines + std::string(text));
}

/// True if `words` are as many lines as starts, each starting so.
bool lines_start(const std::string& words, std::initializer_list<std::string_view> starts) {
    std::istringstream lines(words);
    std::string line;
    for (const auto start : starts)
        if (!std::getline(lines, line) || !line.starts_with(start))
            return false;
    return !std::getline(lines, line);
}

Result<ReadZone> golden(const std::string& file, std::string_view apex) {
    return read_zone_file("tests/golden/zones/" + file, Name::from_text(apex).value());
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

TEST_CASE("every bad line is listed with its own number, however the one before it went wrong",
          "[reader]") {
    const auto words = fault(
        "a A 192.0.2\n"
        "b MX ( ten\n"
        "  mail )\n"
        "c A 192.0.2.1\n"
        "d TXT ( \"one\"\n"
        "  \"two\"three\"\n"
        "  )\n"
        "e A 192.0.2.1 )\n"
        "f TXT \"open\n"
        "$GENERATE 1-3 g$ A 192.0.2\n"
        "$GENERATE 1-3 h$ A 192.0.2.$\n"
        "$ORIGIN ..\n"
        "$TTL soon\n"
        "$WHAT\n"
        "i NOTYPE x\n"
        "j A \\# 3 010203\n"
        "k AXFR \\# 0\n"
        "k TYPE252 \\# 0\n"
        "l\\256 A 192.0.2.1\n"
        "m.example.net. A 192.0.2.1\n"
        "n 2147483648 A 192.0.2.1\n"
        "o NS \\# 3 0561ff\n");
    INFO(words);
    CHECK(lines_start(words,
                      {"zone:4: invalid IPv4", "zone:5: ", "zone:9: ", "zone:11: too many right",
                       "zone:12: a quoted string", "zone:13: $GENERATE at number 1: invalid IPv4",
                       "zone:15: \"..\" is not", "zone:16: ", "zone:17: unknown directive",
                       "zone:18: unsupported record type", "zone:19: the RDATA is not that of",
                       "zone:20: ", "zone:21: type ", "zone:22: \\256 is no octet",
                       "zone:23: m.example.net. is not within the zone example",
                       "zone:24: the TTL 2147483648 is above", "zone:25: the RDATA is not"}));
}

TEST_CASE("an origin that is broken off is nobody's origin", "[reader][attack]") {
    const std::string label(60, 'x');
    for (std::size_t size = 1; size < label.size(); size += 7) {
        const auto words = fault("()\n$ORIGIN " + label.substr(0, size) + "\\9\na A 192.0.2.1\n");
        INFO(words);
        CHECK(words.find("zone:5: ") != std::string::npos);
        CHECK(words.find("zone:6: ") == std::string::npos);
    }
}

TEST_CASE("fifty bad lines are listed, and the others counted", "[reader]") {
    std::string text;
    for (int i = 0; i < 73; ++i)
        text += "a A 192.0.2\n";
    const auto words = fault(text);
    CHECK(std::count(words.begin(), words.end(), '\n') == 50);
    CHECK(words.find("zone:53: ") != words.npos);
    CHECK(words.find("zone:54: ") == words.npos);
    CHECK(words.ends_with("and 23 more errors"));
}

TEST_CASE("a file cut anywhere within its last record is refused", "[reader]") {
    const std::string last =
        "www 300 IN TXT ( \"a long text\" ; comment\n"
        "   \"more text\" )\n";
    REQUIRE(try_zone(apex_lines + last).ok());
    for (std::size_t kept = 1; kept < last.size(); ++kept) {
        INFO(last.substr(0, kept));
        CHECK_FALSE(try_zone(apex_lines + last.substr(0, kept)).ok());
    }
    for (const auto* cut :
         {"$TTL 36", "$ORIGIN sub", "$INCLUDE fi", "$GENERATE 1-2 a$ A 192.0.2.$"})
        CHECK_FALSE(try_zone(apex_lines + cut).ok());
    CHECK(try_zone(apex_lines + "; a comment").ok());
    CHECK(fault("a A 192.0.2.1").starts_with("zone:4: the file ends within this line"));
    CHECK(fault("a A (\n192.0.2.1").starts_with("zone:4: a parenthesis opened here is never"));
    CHECK(fault("a A ( 192.0.2.1\n").starts_with("zone:4: a parenthesis opened here is never"));
}

TEST_CASE("lines after a parenthesis that is never closed are still read", "[reader]") {
    CHECK(lines_start(fault("a TXT ( \"one\"\n"
                            "  \"two\"\n"
                            "b A 192.0.2\n"
                            "c A ( 192.0.2.1\n"
                            "; d\n"
                            "d A 192.0.2\n"
                            "e A 192.0.2.1\n"),
                      {"zone:4: ", "zone:6: ", "zone:7: a parenthesis", "zone:9: "}));
}

TEST_CASE("parentheses that are never closed on every line are not all gone through",
          "[reader][attack]") {
    std::string text;
    for (int i = 0; i < 200'000; ++i)  // ten minutes, if all were
        text += "a A (\n";
    const auto words = fault(text);
    CHECK(std::count(words.begin(), words.end(), '\n') == 50);
    CHECK(words.ends_with("50 parentheses are never closed, so the rest is not looked at"));
}

TEST_CASE("a file with the line ends of DOS is refused once, with the remedy", "[reader]") {
    const auto words = reading_fault(
        "@ 60 SOA a. b. 1 2 3 4 5\r\n"
        "@ 60 NS a.\r\n"
        "a 60 A 192.0.2.1\r\n");
    INFO(words);
    CHECK(lines_start(words, {"zone:1: "}));
    CHECK(words.find("convert the file to Unix line ends") != words.npos);
}

TEST_CASE("a record that ends in an address may close its parenthesis later", "[reader]") {
    CHECK(records("a A ( 192.0.2.1\n ; comment )\n )\nb AAAA (\n 2001:db8::1 )\n") ==
          "a.example.\t3600\tIN\tA\t192.0.2.1\nb.example.\t3600\tIN\tAAAA\t2001:db8::1\n");
    CHECK(lines_start(fault("a A ( 192.0.2.1\n b A 192.0.2.2 )\nc A x\n"),
                      {"zone:4: unexpected words", "zone:6: "}));
}

TEST_CASE("a file without records is refused", "[reader]") {
    for (const auto* text : {"", "\n\n", "; nothing\n", "$TTL 60\n"})
        CHECK(reading_fault(text).starts_with("zone: the file holds no records"));
}

TEST_CASE("a missing zone file is named with its cause", "[reader]") {
    const auto read = read_zone_file("no/such/zone", Name());
    REQUIRE_FALSE(read.ok());
    CHECK(read.fault().kind == FaultClass::io);
    CHECK(read.fault().words == "no/such/zone: No such file or directory");
    CHECK_FALSE(read_zone_file("tests", Name()).ok());
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

TEST_CASE("errors in included files name the included file, and the rest is still read",
          "[reader]") {
    const TempFolder folder;
    const auto zone = write_text(folder / "zone", apex_lines +
                                                      "$INCLUDE bad\n"
                                                      "$INCLUDE missing\n"
                                                      "$INCLUDE bad name\\.. x\n"
                                                      "$INCLUDE zone\n"
                                                      "$INCLUDE\n"
                                                      "a A x\n");
    write_text(folder / "bad", "  A 192.0.2.1\nb A 192.0.2.1\nc A x\nd A 192.0.2.1");
    const auto read = read_zone_file(zone, Name::from_text("example").value());
    REQUIRE_FALSE(read.ok());
    CHECK(read.fault().kind == FaultClass::input);
    const auto words = without_folders(read.fault().words);
    INFO(words);
    CHECK(lines_start(words, {"bad:1: ", "bad:3: ", "bad:4: the file ends within",
                              "zone:5: cannot read the $INCLUDE file missing: No such file",
                              "zone:6: $INCLUDE takes", "zone:7: $INCLUDE zone goes in a circle",
                              "zone:8: $INCLUDE takes", "zone:9: "}));
}

TEST_CASE("of a file that not all may read, messages show nothing", "[reader][attack][secret]") {
    const TempFolder folder;
    const std::string secret = "correct-horse-battery";
    const auto apex = Name::from_text("example").value();
    const auto zone = write_text(folder / "zone", apex_lines + "$INCLUDE secret\n");
    for (const auto* around : {"", " (", "$", "$GENERATE 1-2 x$ A ", "$TTL ", "x TXT \""}) {
        const auto file = write_text(folder / "secret", around + secret + "\n");
        for (const auto& named : {zone, file}) {
            INFO(around);
            std::filesystem::permissions(file, std::filesystem::perms(0640));
            const auto hidden = read_zone_file(named, apex);
            REQUIRE_FALSE(hidden.ok());
            CHECK(hidden.fault().words.find("secret:1: ") != std::string::npos);
            CHECK(hidden.fault().words.find(secret) == std::string::npos);
            std::filesystem::permissions(file, std::filesystem::perms(0644));
            const auto shown = read_zone_file(named, apex);
            REQUIRE_FALSE(shown.ok());
            CHECK(shown.fault().words.size() > hidden.fault().words.size());
        }
    }
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

TEST_CASE("broken zone files are refused by the reader, with file and line", "[reader]") {
    const std::pair<const char*, const char*> cases[] = {
        {"out-of-zone.zone", ":3: www.example.net. is not within"},
        {"syntax.zone", ":3: invalid IPv4"},
        {"missing-include.zone", ":3: cannot read the $INCLUDE file"},
        {"circular-include.zone", ":3: $INCLUDE"},
        {"empty.zone", ": the file holds no records"},
        {"comments-only.zone", ": the file holds no records"},
        {"ttl-too-large.zone", ":3: the TTL 2147483648 is above"},
        {"cut-in-parenthesis.zone", ":3: a parenthesis"},
        {"cut-in-quote.zone", ":3: a quoted string"},
        {"cut-in-record.zone", ":3: the file ends within"},
        {"other-class.zone", ":3: unsupported record type; only class IN"},
        {"no-ttl.zone", ":1: no TTL"},
        {"generate-wrong.zone", ":3: $GENERATE at number 1"},
    };
    for (const auto& [file, words] : cases) {
        const auto read = golden(std::string("broken/") + file, "example");
        INFO(file);
        REQUIRE_FALSE(read.ok());
        INFO(read.fault().words);
        CHECK(read.fault().kind == FaultClass::input);
        CHECK(read.fault().words.starts_with(
            fmt::format("tests/golden/zones/broken/{}{}", file, words)));
    }
    CHECK(lines_start(
        without_folders(golden("broken/syntax.zone", "example").fault().words),
        {"tests/golden/zones/broken/syntax.zone:3: ", "tests/golden/zones/broken/syntax.zone:4: ",
         "tests/golden/zones/broken/syntax.zone:8: ", "tests/golden/zones/broken/syntax.zone:9: ",
         "tests/golden/zones/broken/syntax.zone:10: ",
         "tests/golden/zones/broken/syntax.zone:11: "}));
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

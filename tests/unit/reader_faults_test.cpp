// What is wrong with zone files: told with file, line and remedy, in few words, and in little time.
#include <fmt/format.h>

#include <algorithm>

#include "tests/unit/read_zones.h"

namespace reader_faults_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

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

TEST_CASE("what a few lines make of nothing ends", "[reader][attack]") {
    std::string wrong;
    for (int i = 0; i < 150'000; ++i)
        wrong += "x\n";
    CHECK(fault(wrong).ends_with("… and 99950 more errors; the rest is not looked at"));

    std::string bitmap;
    for (int i = 0; i < 30'000; ++i)
        bitmap += " A";
    const auto generate = "$GENERATE 1-16777216 a NSEC ." + bitmap + "\n";
    CHECK(fault(generate + "$GENERATE 1-2 a A 192.0.2.$\n")
              .find("zone:4: $GENERATE at number 17894: the zone's directives make more than "
                    "1074 MB of text") != std::string::npos);

    const TempFolder folder;
    std::ofstream(folder / "large");
    std::filesystem::resize_file(folder / "large", std::uintmax_t{17} << 30);
    CHECK(fault("$INCLUDE " + (folder / "large").string() + "\n")
              .find("the files that are included hold more than 17180 MB") != std::string::npos);
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

TEST_CASE("a zone includes 4096 files at most, by names of 1023 octets", "[reader][attack]") {
    const TempFolder folder;
    const auto apex = Name::from_text("example").value();
    write_text(folder / "part", "a A 192.0.2.1\n");
    std::string text = apex_lines;
    for (int i = 0; i < 4095; ++i)
        text += "$INCLUDE part\n";
    CHECK(read_zone_file(write_text(folder / "zone", text), apex).ok());
    const auto read = read_zone_file(write_text(folder / "zone", text + "$INCLUDE part\n$INCLUDE " +
                                                                     std::string(1024, 'x') + "\n"),
                                     apex);
    REQUIRE_FALSE(read.ok());
    const auto words = without_folders(read.fault().words);
    INFO(words);
    CHECK(lines_start(words, {"zone:4099: more than 4096 files in one zone",
                              "zone:4100: $INCLUDE takes a shorter file name"}));
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

}  // namespace reader_faults_test

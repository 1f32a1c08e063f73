#include "signer/core/sanity.h"

#include <fmt/format.h>

#include "tests/support/zones.h"

namespace sanity_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

SanityFindings check(const ReadZone& read, std::span<const Dnskey> foreign = {},
                     std::uint32_t max_ttl = 604800) {
    auto findings = check_input(read.zone, read.files, {max_ttl, foreign});
    for (auto* lines : {&findings.errors, &findings.warnings})
        for (auto& line : *lines)
            line = without_folders(line);
    return findings;
}

SanityFindings check(std::string_view text) {
    return check(read_zone(apex_lines + std::string(text)));
}

SanityFindings check_golden(const std::string& file) {
    const auto read =
        read_zone_file("tests/golden/zones/" + file, Name::from_text("example").value());
    REQUIRE(read.ok());
    return check(*read);
}

void expect_one(const std::vector<std::string>& lines, std::string_view start) {
    REQUIRE(lines.size() == 1);
    INFO(lines[0]);
    CHECK(lines[0].starts_with(start));
}

}  // namespace

TEST_CASE("a good zone has no findings", "[sanity]") {
    const auto findings = check(
        "www A 192.0.2.1\n"
        "cut NS ns.cut\ncut DS 1 13 3 00\nns.cut A 192.0.2.1\n"
        "alias CNAME www\n"
        "d DNAME example.net.\n");
    CHECK(findings.errors.empty());
    CHECK(findings.warnings.empty());
    CHECK_FALSE(findings.notice);
    CHECK(findings.records == 8);
}

TEST_CASE("broken golden zones that can be read are errors with file and line", "[sanity]") {
    const std::string folder = "tests/golden/zones/broken/";
    const auto expect = [&folder](const std::string& file, const std::string& words) {
        INFO(file);
        expect_one(check_golden("broken/" + file).errors, folder + file + words);
    };
    expect("no-soa.zone", ": example. has no SOA record");
    expect("no-ns.zone", ": example. has no NS record");
    expect("two-soas.zone", ":1: example. SOA: there are several SOA");
    expect("cname-and-other.zone",
           ":3: www.example. CNAME: a CNAME allows no other data, but there is A (line 4)");
    expect("two-cnames.zone", ":3: www.example. CNAME: there are several CNAME");
    expect("ds-at-apex.zone", ":3: example. DS: a DS belongs to the parent");
    expect("ttl-above-max.zone", ":3: www.example. A: the TTL 604801 is above the policy's");
}

TEST_CASE("an NS at a wildcard is an error, other data there is not", "[sanity]") {
    expect_one(check("*.x NS ns.example.net.\n").errors,
               "zone:4: *.x.example. NS: a wildcard cannot be delegated");
    CHECK(
        check("*.x A 192.0.2.1\n*y NS ns.example.net.\nz.*.x NS ns.example.net.\n").errors.empty());
}

TEST_CASE("an SOA below the apex and two DNAMEs at a name are errors", "[sanity]") {
    expect_one(check("a SOA ns h 1 2 3 4 5\n").errors,
               "zone:4: a.example. SOA: an SOA stands only");
    expect_one(check("a DNAME b.\na DNAME c.\n").errors,
               "zone:4: a.example. DNAME: there are several");
}

TEST_CASE("a CNAME may have signatures and NSEC beside it", "[sanity]") {
    const auto findings = check(
        "a CNAME b\n"
        "a NSEC b CNAME RRSIG NSEC\n"
        "a RRSIG CNAME 13 2 3600 20260201000000 20260101000000 1 example. AAAA\n");
    CHECK(findings.errors.empty());
    CHECK(findings.stripped == 2);
}

TEST_CASE("different TTLs in an RRset are a warning that names the lowest", "[sanity]") {
    const auto findings = check("a 300 A 192.0.2.1\na 60 A 192.0.2.2\n");
    expect_one(findings.warnings,
               "zone:4: a.example. A: its records have different TTLs; the lowest, 60");
}

TEST_CASE("the zone's own name servers have addresses and are no aliases", "[sanity]") {
    CHECK(check("@ NS ns\nns A 192.0.2.1\n").warnings.empty());
    CHECK(check("@ NS ns.sub\nsub NS ns.sub\nns.sub AAAA 2001:db8::1\n").warnings.empty());
    CHECK(check("@ NS gone\n").warnings ==
          std::vector<std::string>{"zone:3: example. NS: the name server gone.example. has no "
                                   "address; add its A or AAAA record"});
    const auto alias = check("@ NS ns\nns CNAME a\na A 192.0.2.1\n");
    REQUIRE(alias.errors.size() == 1);
    CHECK(alias.errors[0].find("the name server ns.example. is an alias") != std::string::npos);
    expect_one(check("@ NS ns.sub\nsub DNAME example.net.\n").errors,
               "zone:3: example. NS: the name server ns.sub.example. is an alias");
    expect_one(check("@ NS ns.sub\n@ DNAME example.net.\n").errors,
               "zone:3: example. NS: the name server ns.sub.example. is an alias");
}

TEST_CASE("a digest cut short is told, of all records of a name", "[sanity]") {
    const std::string digest(64, 'a'), shorter(62, 'a');
    const auto errors = check("a NS ns.example.net.\na DS 1 13 2 " + digest + "\na DS 1 13 1 " +
                              shorter + "\na DS 1 13 2 " + shorter + "\na DS 1 13 9 00\n")
                            .errors;
    REQUIRE(errors.size() == 2);
    for (const auto& words : errors)
        CHECK(words.starts_with("zone:5: a.example. DS: the digest's length is not that of its"));
}

TEST_CASE("a DS without delegation and keys below the apex are errors, missing glue is a warning",
          "[sanity]") {
    expect_one(check("a DS 1 13 3 00\n").errors, "zone:4: a.example. DS: there is no delegation");
    expect_one(check("a DNSKEY 257 3 13 AA==\n").errors,
               "zone:4: a.example. DNSKEY: it stands only");
    expect_one(check("a NSEC3PARAM 1 0 0 -\n").errors,
               "zone:4: a.example. NSEC3PARAM: it stands only");
    CHECK(check("_dsboot.a._signal CDS 1 13 2 " + std::string(64, 'a') + "\n").errors.empty());
    expect_one(check("a NS ns.a\na NS ns.b\n").warnings,
               "zone:4: a.example. NS: the name server ns.a.example. has no glue");
    CHECK(check("a NS ns.a\nns.a TXT x\n").warnings.size() == 2);  // hidden, and no glue
    CHECK(check("a NS NS.A\nns.a AAAA 2001:db8::1\n").warnings.empty());
}

TEST_CASE("hidden records are warnings", "[sanity]") {
    expect_one(check("a NS ns.example.net.\nb.a TXT x\n").warnings,
               "zone:5: b.a.example. TXT: below a delegation");
    expect_one(check("a NS ns.example.net.\nb.a NS x\n").warnings,
               "zone:5: b.a.example. NS: below a delegation");
    expect_one(check("a DNAME example.net.\nb.a A 192.0.2.1\n").warnings,
               "zone:5: b.a.example. A: below a DNAME");
    CHECK(check("a NS ns.example.net.\nb.a A 192.0.2.1\n").warnings.empty());
    CHECK_FALSE(check("a NS ns.a\nns.a A 192.0.2.1\na DNAME b.\n").warnings.empty());
}

TEST_CASE("DNSSEC records of the input are counted by type in one notice", "[sanity]") {
    const auto findings = check(
        "@ DNSKEY 256 3 13 AAAA\n"
        "@ DNSKEY 257 3 13 AAAB\n"
        "@ NSEC3PARAM 1 0 0 -\n"
        "@ CDS 0 0 0 00\n"
        "@ ZONEMD 1 1 1 00\n"
        "@ NSEC a SOA NS\n"
        "a NSEC @ DNSKEY\n");
    CHECK(findings.errors.empty());
    CHECK(findings.stripped == 7);
    CHECK(findings.records == 2);
    REQUIRE(findings.notice);
    CHECK(without_folders(*findings.notice) ==
          "zone: 7 DNSSEC records of the input are left out (2 NSEC, 2 DNSKEY, 1 NSEC3PARAM, "
          "1 CDS, 1 ZONEMD); Kaspar makes its own");
}

TEST_CASE("foreign DNSKEYs that the instruction lists are not counted as left out", "[sanity]") {
    const auto read = read_zone(apex_lines + "@ DNSKEY 256 3 13 AAAA\n@ DNSKEY 257 3 13 AAAB\n");
    const std::vector foreign{Dnskey{256, {Algorithm::ecdsap256sha256, {0, 0, 0}}}};
    CHECK(check(read, foreign).stripped == 1);
    CHECK(check(read).stripped == 2);
}

TEST_CASE("fifty findings of a kind are listed, and the others counted", "[sanity]") {
    std::string text;
    for (int i = 0; i < 60; ++i)
        text += "n" + std::to_string(i) + " 604801 A 192.0.2.1\n";
    const auto findings = check(text);
    REQUIRE(findings.errors.size() == 51);
    CHECK(findings.errors.back().ends_with("and 10 more errors"));
}

TEST_CASE("the nasty zone has no errors, and its hidden names are told", "[sanity]") {
    const auto read =
        read_zone_file("tests/golden/zones/nasty.zone", Name::from_text("nasty.example").value());
    REQUIRE(read.ok());
    const auto findings = check(*read);
    CHECK(findings.errors.empty());
    CHECK(findings.warnings.size() == 2);
    CHECK(findings.records == read->zone.record_count());
}

TEST_CASE("records of one type at one name that no message can hold are an error",
          "[attack][sanity]") {
    const auto addresses = [](unsigned count) {
        std::string text;
        for (unsigned i = 0; i < count; ++i)
            text += fmt::format("a A 10.{}.{}.{}\n", i >> 16, i >> 8 & 255, i & 255);
        return text;
    };
    // 12 of the header, 11 of a.example., 4 of type and class, and 16 a record.
    constexpr unsigned most = (65535 - 12 - 11 - 4) / 16;
    CHECK(check(addresses(most)).errors.empty());
    expect_one(check(addresses(most + 1)).errors,
               "zone:4: a.example. A: its 4095 records take 65547 octets, and a DNS message holds "
               "65535: no server can answer with them");
    expect_one(check(addresses(1'000'000)).errors, "zone:4: a.example. A: its 1000000 records");
    // No server is looked up: each is an alias, which is not told.
    std::string servers = "d DNAME example.net.\n";
    for (unsigned i = 0; i < 5'000; ++i)
        servers += fmt::format("@ NS n{}.d\n", i);
    expect_one(check(servers).errors, "zone:3: example. NS: its 5001 records");
}

}  // namespace sanity_test

// RDATA that BIND would not take keeps a name server from loading the whole zone, so the reader
// must refuse it. BIND says what that is, of RDATA of every type that is a little wrong.
#include <fmt/format.h>

#include <random>
#include <regex>
#include <set>

#include "signer/core/presentation.h"
#include "signer/core/sanity.h"
#include "signer/zonefile/scanner.h"
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/zones.h"

namespace rdata_judge_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

constexpr const char* good_records[] = {
    "A 192.0.2.1",
    "NS ns.example.net.",
    "SOA a. b. 1 2 3 4 5",
    "PTR a.",
    "HINFO CPU OS",
    "MINFO a. b.",
    "MX 10 mail",
    "TXT one \"two three\"",
    "RP a. b.",
    "AFSDB 1 a.",
    "TYPE19 \\# 4 03313233",
    "TYPE20 \\# 5 0131023233",
    "RT 10 a.",
    "KEY 256 3 8 AQIDBA==",
    "TYPE26 \\# 8 0032016100016200",
    "TYPE27 \\# 6 013101310131",
    "AAAA 2001:db8::1",
    "LOC 42 21 54 N 71 06 18 W -24m 30m",
    "SRV 0 0 5060 sip",
    "NAPTR 100 10 \"u\" \"sip+E2U\" \"!^.*$!sip:a@b.c!\" .",
    "KX 10 a.",
    "CERT 1 0 0 AQIDBA==",
    "TYPE38 \\# 12 400000000000000001016100",
    "DNAME a.",
    "DS 1 13 2 0102030405060708091011121314151617181920212223242526272829303132",
    "SSHFP 1 1 0102030405060708091011121314151617181920",
    "IPSECKEY 10 0 2 . AQIDBA==",
    "IPSECKEY 10 1 2 192.0.2.1 AQIDBA==",
    "IPSECKEY 10 2 2 2001:db8::1 AQIDBA==",
    "IPSECKEY 10 3 2 a.example. AQIDBA==",
    "DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
    "TLSA 3 1 1 0102030405060708091011121314151617181920212223242526272829303132",
    "SMIMEA 3 1 1 0102030405060708091011121314151617181920212223242526272829303132",
    "TYPE55 \\# 13 04020002010203040506016100",
    "TYPE56 \\# 4 03616263",
    "TYPE57 \\# 8 0000010801020304",
    "TYPE58 \\# 6 016100016200",
    "CSYNC 66 3 A NS AAAA TYPE1000",
    "OPENPGPKEY AQIDBA==",
    "SVCB 1 a. alpn=h2,h3 port=443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1 mandatory=alpn,port",
    "HTTPS 1 . alpn=h2 no-default-alpn",
    "SPF \"v=spf1 -all\"",
    "NID 10 0014:4fff:ff20:ee64",
    "L32 10 10.1.2.3",
    "L64 10 2001:0db8:1140:1000",
    "LP 10 a.",
    "EUI48 00-00-5e-00-53-2a",
    "EUI64 00-00-5e-ef-10-00-00-2a",
    "URI 10 1 \"https://example.com/\"",
    "CAA 0 issue \"ca.example.net\"",
};

struct Sample {
    std::uint16_t type;
    Bytes rdata;
};

Sample sample_of(const std::string& record) {
    const auto read = try_zone("s 60 " + record + "\n");
    INFO(record << "\n" << (read.ok() ? "" : read.fault().words));
    REQUIRE(read.ok());
    const auto& zone = read->zone;
    const auto* node = zone.find(Name::from_text("s.example.").value().wire());
    REQUIRE(node != nullptr);
    const auto& rrset = zone.rrsets(*node)[0];
    const auto rdata = zone.rdata(rrset, 0);
    return {rrset.type, Bytes(rdata.begin(), rdata.end())};
}

/// Cut, longer, and with single octets changed.
std::vector<Bytes> a_little_wrong(const Bytes& good, std::mt19937& random) {
    std::vector<Bytes> all;
    for (std::size_t size = 0; size < good.size(); ++size)
        all.emplace_back(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    for (const auto octet : Bytes{0, 1, 255}) {
        all.push_back(good);
        all.back().push_back(octet);
    }
    for (int i = 0; i < 100; ++i) {
        all.push_back(good);
        all.back()[random() % good.size()] =
            static_cast<std::uint8_t>(random() % (i % 2 == 0 ? 9 : 256));
    }
    return all;
}

std::string generic(const Sample& sample) {
    auto text = fmt::format("{} \\# {} ", type_text(sample.type), sample.rdata.size());
    for (const auto octet : sample.rdata)
        text += fmt::format("{:02x}", octet);
    return text;
}

/// Numbers of the lines that BIND does not take.
std::set<std::size_t> refused_by_bind(const std::string& zone) {
    const TempFolder folder;
    const auto file = write_text(folder / "zone", zone);
    const auto result = run({.arguments = {"named-checkzone", "example.", file}});
    const auto words = result.output + result.errors;
    std::set<std::size_t> lines;
    const std::regex told("dns_rdata_fromtext: [^\n]*:([0-9]+): ");
    for (std::sregex_iterator it(words.begin(), words.end(), told), end; it != end; ++it)
        lines.insert(std::stoul((*it)[1]));
    return lines;
}

bool is_refused(const std::string& record) {
    const auto read = try_zone(apex_lines + record);
    return !read.ok() || !check_input(read->zone, read->files, {largest_ttl, {}}).errors.empty();
}

}  // namespace

TEST_CASE("RDATA that BIND would not load is refused", "[golden][attack]") {
    std::mt19937 random(7);
    std::vector<std::string> records;
    std::string zone = apex_lines;
    for (const auto* good : good_records) {
        auto sample = sample_of(good);
        for (auto& rdata : a_little_wrong(sample.rdata, random)) {
            records.push_back(generic({sample.type, std::move(rdata)}));
            zone += fmt::format("n{} 60 {}\n", records.size(), records.back());
        }
    }
    const auto refused = refused_by_bind(zone);
    CHECK(refused.size() > records.size() / 4);
    for (std::size_t i = 0; i < records.size(); ++i)
        if (refused.contains(i + 4)) {
            INFO(records[i]);
            CHECK(is_refused("n 60 " + records[i] + "\n"));
        }
}

}  // namespace rdata_judge_test

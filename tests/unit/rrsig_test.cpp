#include "signer/core/rrsig.h"

#include <algorithm>

#include "common/values/encoding.h"
#include "tests/support/catch.h"
#include "tests/support/zones.h"

namespace rrsig_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t mx = 15;
const Time now = parse_rfc3339("2026-11-24T06:00:00Z").value();

SignatureTimes times(Duration jitter) {
    return {.validity = std::chrono::days(14),
            .dnskey_validity = std::chrono::days(21),
            .denial_validity = std::chrono::days(7),
            .refresh = std::chrono::days(3),
            .jitter = jitter,
            .inception_offset = 1h,
            .resign = 2h,
            .renew_at_once = false};
}

Duration validity(std::uint16_t type, Duration jitter, std::string_view owner = "a.example") {
    return expiration_for(times(jitter), now, wire(owner), type) - now;
}

}  // namespace

TEST_CASE("RRSIG RDATA is laid out as RFC 4034 §3.1 says", "[rrsig]") {
    const auto signer = wire("Example.");
    Bytes rdata;
    append_rrsig_head({mx, 13, 2, 3600, 0x01020304, 0x00ffeedd, 0xabcd, signer}, rdata);
    CHECK(to_hex(rdata) == "000f0d0200000e100102030400ffeeddabcd076578616d706c6500");
    rdata.push_back(0x99);
    const auto head = read_rrsig_head(rdata);
    REQUIRE(head);
    CHECK(head->covered == mx);
    CHECK(head->algorithm == 13);
    CHECK(head->labels == 2);
    CHECK(head->original_ttl == 3600);
    CHECK(head->expiration == 0x01020304);
    CHECK(head->inception == 0x00ffeedd);
    CHECK(head->tag == 0xabcd);
    CHECK(head->signer.size() == 9);
}

TEST_CASE("malformed RRSIG RDATA is no RRSIG", "[rrsig]") {
    const auto signer = wire("example.");
    Bytes rdata;
    append_rrsig_head({mx, 13, 2, 3600, 2, 1, 3, signer}, rdata);
    for (std::size_t size = 0; size <= rdata.size(); ++size)  // without a signature neither
        CHECK_FALSE(read_rrsig_head(BytesView(rdata).first(size)));
    rdata.push_back(1);
    rdata[18] = 0xc0;  // a compressed signer name
    CHECK_FALSE(read_rrsig_head(rdata));
}

TEST_CASE("the labels field counts neither the root nor a leading wildcard", "[rrsig]") {
    CHECK(rrsig_labels(wire(".")) == 0);
    CHECK(rrsig_labels(wire("example")) == 1);
    CHECK(rrsig_labels(wire("a.b.example")) == 3);
    CHECK(rrsig_labels(wire("*.example")) == 1);
    CHECK(rrsig_labels(wire("*.*.example")) == 2);
    CHECK(rrsig_labels(wire("a.*.example")) == 3);
    CHECK(rrsig_labels(wire("\\*.example")) == 1);
}

TEST_CASE("signed octets are canonical: lower case, sorted, the RRset's one TTL", "[rrsig]") {
    const auto read = read_zone(apex_lines + "Mail 60 MX 10 Beta.Example.\nMAIL 60 MX 5 ALPHA\n");
    const auto& node = *read.zone.find(wire("mail.example."));
    const auto& rrset = *read.zone.find(node, mx);
    Bytes octets;
    append_rrset_to_sign({read.zone.owner(node), mx, rrset.ttl, true, &read.zone, &rrset, {}},
                         octets);
    const std::string owner = "046d61696c076578616d706c6500";
    CHECK(to_hex(octets) == owner + "000f00010000003c0011" + "0005" +
                                "05616c706861076578616d706c6500" + owner + "000f00010000003c0010" +
                                "000a" + "0462657461076578616d706c6500");
}

TEST_CASE("validity depends on what is signed", "[rrsig]") {
    CHECK(validity(rr::a, 0s) == std::chrono::days(14));
    CHECK(validity(rr::soa, 0s) == std::chrono::days(14));
    CHECK(validity(rr::dnskey, 0s) == std::chrono::days(21));
    CHECK(validity(rr::cds, 0s) == std::chrono::days(21));
    CHECK(validity(rr::cdnskey, 0s) == std::chrono::days(21));
    CHECK(validity(rr::nsec, 0s) == std::chrono::days(7));
    CHECK(validity(rr::nsec3, 0s) == std::chrono::days(7));
}

TEST_CASE("jitter spreads expirations evenly, always the same way", "[rrsig]") {
    unsigned early = 0, late = 0;
    for (int i = 0; i < 4000; ++i) {
        const auto owner = "host-" + std::to_string(i) + ".example";
        const auto moved = validity(rr::a, 12h, owner) - std::chrono::days(14);
        REQUIRE(moved >= -12h);
        REQUIRE(moved <= 12h);
        REQUIRE(validity(rr::a, 12h, owner) - std::chrono::days(14) == moved);
        early += moved < -6h;
        late += moved > 6h;
    }
    CHECK(early > 850);
    CHECK(early < 1150);
    CHECK(late > 850);
    CHECK(late < 1150);
    CHECK(validity(rr::a, 12h, "Host.example") == validity(rr::a, 12h, "hOST.eXample"));
    CHECK(validity(rr::a, 12h) != validity(rr::aaaa, 12h));
}

}  // namespace rrsig_test

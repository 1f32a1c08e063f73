#include "signer/core/verify_wire.h"

#include <algorithm>

#include "common/values/encoding.h"
#include "common/values/name.h"
#include "tests/support/catch.h"

namespace verify_wire_test {

using namespace kaspar;
using namespace kaspar::signer::verification;

namespace {

Bytes wire(std::string_view name) {
    const auto view = Name::from_text(name).value();
    return {view.wire().begin(), view.wire().end()};
}

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Bytes canonical(std::uint16_t type, const Bytes& rdata) {
    Bytes out;
    append_canonical(type, rdata, out);
    return out;
}

}  // namespace

TEST_CASE("names stand in the canonical order of RFC 4034 §6.1", "[verifier][wire]") {
    const char* order[] = {"example",         "a.example",      "yljkjljk.a.example",
                           "Z.a.example",     "zABC.a.EXAMPLE", "z.example",
                           "\\001.z.example", "*.z.example",    "\\200.z.example"};
    for (const auto* a : order)
        for (const auto* b : order) {
            INFO(a << " against " << b);
            const int difference = compare_names(wire(a), wire(b));
            CHECK((difference < 0) == (std::find(std::begin(order), std::end(order), a) <
                                       std::find(std::begin(order), std::end(order), b)));
            CHECK((difference == 0) == (a == b));
        }
}

TEST_CASE("a name is within itself and what stands above it, label by label", "[verifier][wire]") {
    CHECK(is_within(wire("a.Example"), wire("eXample")));
    CHECK(is_within(wire("example"), wire("example")));
    CHECK(is_within(wire("example"), wire(".")));
    CHECK_FALSE(is_within(wire("example"), wire("a.example")));
    CHECK_FALSE(is_within(wire("anexample"), wire("example")));
}

TEST_CASE("names in RDATA become lower case for the types of RFC 4034 §6.2, less NSEC",
          "[verifier][wire]") {
    const auto name = wire("Host.EXAMPLE"), lower = wire("host.example");
    const Bytes upper_octets = {'A', 'B'};
    for (const std::uint16_t type : TypeSet{2, 3, 4, 5, 7, 8, 9, 12, 39})  // NS … DNAME
        CHECK(canonical(type, name) == lower);
    for (const std::uint16_t type : TypeSet{14, 17})  // MINFO, RP
        CHECK(canonical(type, name + name) == lower + lower);
    for (const std::uint16_t type : TypeSet{15, 18, 21, 36})  // MX, AFSDB, RT, KX
        CHECK(canonical(type, upper_octets + name) == upper_octets + lower);
    CHECK(canonical(26, upper_octets + name + name) == upper_octets + lower + lower);  // PX
    const Bytes six = {'A', 'B', 'C', 'D', 'E', 'F'};
    CHECK(canonical(33, six + name) == six + lower);                // SRV
    CHECK(canonical(6, name + name + six) == lower + lower + six);  // SOA
    const Bytes naptr = {0, 1, 0, 2, 1, 'U', 3, 'E', '2', 'U', 0};
    CHECK(canonical(35, naptr + name) == naptr + lower);
    const Bytes a6 = {64, 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'};
    CHECK(canonical(38, a6 + name) == a6 + lower);
    const Bytes a6_whole = Bytes{0} + Bytes(16, 'A');
    CHECK(canonical(38, a6_whole) == a6_whole);
    for (const std::uint16_t type : TypeSet{47, 64, 65, 107})  // NSEC, SVCB, HTTPS, LP
        CHECK(canonical(type, name) == name);
}

TEST_CASE("RDATA cut short is taken as it is", "[verifier][wire]") {
    CHECK(canonical(15, {0}) == Bytes{0});
    CHECK(canonical(6, {3, 'A', 'B'}) == Bytes{3, 'A', 'B'});
    CHECK(canonical(35, {0, 1, 0, 2, 200}) == Bytes{0, 1, 0, 2, 200});
}

TEST_CASE("type bitmaps are read, and refused if malformed (RFC 4034 §4.1.2)", "[verifier][wire]") {
    // The example of §4.3: A MX RRSIG NSEC TYPE1234.
    const auto example = from_hex(
                             "0006400100000003041b"
                             "000000000000000000000000000000000000000000000000000020")
                             .value();
    CHECK(read_bitmap(example) == TypeSet{1, 15, 46, 47, 1234});
    CHECK(read_bitmap({}) == TypeSet{});
    Bytes written = {9, 9};
    write_bitmap({1, 15, 46, 47, 1234}, written);
    CHECK(written == example);
    write_bitmap({}, written);
    CHECK(written.empty());
    write_bitmap({255, 256, 65535}, written);
    CHECK(read_bitmap(written) == TypeSet{255, 256, 65535});
    CHECK(read_bitmap(Bytes{0, 1, 0x40}).has_value());
    CHECK_FALSE(read_bitmap(Bytes{0}).has_value());
    CHECK_FALSE(read_bitmap(Bytes{0, 0}).has_value());
    CHECK_FALSE(read_bitmap(Bytes{0, 2, 0x40}).has_value());
    CHECK_FALSE(read_bitmap(Bytes{0, 2, 0x40, 0}).has_value());
    CHECK_FALSE(read_bitmap(Bytes{1, 1, 1, 0, 1, 1}).has_value());
    CHECK_FALSE(read_bitmap(Bytes{0, 33} + Bytes(33, 1)).has_value());
}

TEST_CASE("RRSIG, NSEC and NSEC3 RDATA of every shorter length is refused or read, never overrun",
          "[verifier][wire]") {
    const auto rrsig = Bytes(18, 1) + wire("example") + Bytes(64, 7);
    CHECK(read_rrsig(rrsig).value().signature.size() == 64);
    for (std::size_t size = 0; size <= 18 + wire("example").size(); ++size)
        CHECK_FALSE(read_rrsig(BytesView(rrsig).first(size)).has_value());

    const auto nsec = wire("example") + Bytes{0, 1, 0x40};
    for (std::size_t size = 0; size < wire("example").size(); ++size)
        CHECK_FALSE(read_nsec(BytesView(nsec).first(size)).has_value());

    const auto nsec3 = Bytes{1, 0, 0, 0, 2, 9, 9, 20} + Bytes(20, 5) + Bytes{0, 1, 0x40};
    CHECK(read_bitmap(read_nsec3(nsec3).value().bitmap) == TypeSet{1});
    for (std::size_t size = 0; size < 28; ++size)
        CHECK_FALSE(read_nsec3(BytesView(nsec3).first(size)).has_value());
    CHECK_FALSE(read_nsec3param(Bytes{1, 0, 0, 0, 2, 9}).has_value());
}

}  // namespace verify_wire_test

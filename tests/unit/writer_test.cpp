#include "signer/zonefile/writer.h"

#include <random>

#include "signer/core/presentation.h"
#include "signer/zonefile/reader.h"
#include "tests/support/zones.h"

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// Type and RDATA as written.
std::string rdata_text(std::uint16_t type, const Bytes& rdata) {
    std::string out;
    RecordText().append(out, wire("."), 0, type, rdata);
    return out.substr(7, out.size() - 8);
}

bool same_zone(const Zone& a, const Zone& b) {
    if (a.nodes().size() != b.nodes().size() || a.record_count() != b.record_count())
        return false;
    for (std::size_t n = 0; n < a.nodes().size(); ++n) {
        const auto &left = a.nodes()[n], &right = b.nodes()[n];
        if (!std::ranges::equal(a.owner(left), b.owner(right)) ||
            left.rrset_count != right.rrset_count)
            return false;
        for (std::size_t r = 0; r < left.rrset_count; ++r) {
            const auto &x = a.rrsets(left)[r], &y = b.rrsets(right)[r];
            if (x.type != y.type || x.covered != y.covered || x.ttl != y.ttl ||
                x.record_count != y.record_count)
                return false;
            for (std::uint32_t i = 0; i < x.record_count; ++i)
                if (!std::ranges::equal(a.rdata(x, i), b.rdata(y, i)))
                    return false;
        }
    }
    return true;
}

Bytes random_octets(std::mt19937& random, std::size_t size) {
    Bytes out(size);
    for (auto& octet : out)
        octet = static_cast<std::uint8_t>(random());
    return out;
}

Bytes random_name(std::mt19937& random, const Bytes& apex) {
    Bytes name;
    for (auto labels = random() % 4; labels > 0; --labels) {
        const auto size = random() % 10 == 0 ? 63 : random() % 5 + 1;
        name.push_back(static_cast<std::uint8_t>(size));
        const auto label = random_octets(random, size);
        name.insert(name.end(), label.begin(), label.end());
    }
    name.insert(name.end(), apex.begin(), apex.end());
    return name;
}

/// RDATA of the type's shape, a character-string, or just octets.
Bytes random_rdata(std::mt19937& random, std::uint16_t type) {
    switch (type) {
        case rr::a:
            return random_octets(random, 4);
        case rr::aaaa:
            return random_octets(random, 16);
        case rr::ns:
        case rr::cname:
            return random_name(random, {0});
        case rr::txt: {
            auto text = random_octets(random, random() % 200);
            text.insert(text.begin(), static_cast<std::uint8_t>(text.size()));
            return text;
        }
        case rr::rrsig: {
            auto rdata = random_octets(random, 18);
            const auto name = random_name(random, {0});
            rdata.insert(rdata.end(), name.begin(), name.end());
            const auto signature = random_octets(random, 64);
            rdata.insert(rdata.end(), signature.begin(), signature.end());
            return rdata;
        }
        default:
            return random_octets(random, random() % 60);
    }
}

}  // namespace

TEST_CASE("the golden zones read back from their text as the same zones", "[writer]") {
    for (const auto& [file, apex] :
         {std::pair{"nasty.zone", "nasty.example."}, std::pair{"rootlike.zone", "."},
          std::pair{"apex-only.zone", "apex.example."},
          std::pair{"occluded.zone", "occluded.example."}}) {
        const auto first = read_zone_file(std::filesystem::path("tests/golden/zones") / file,
                                          Name::from_text(apex).value());
        REQUIRE(first.ok());
        const auto second = read_zone(zone_text(first->zone), apex);
        CHECK(same_zone(first->zone, second.zone));
    }
}

TEST_CASE("random zones of random octets read back as the same zones", "[writer]") {
    const auto apex = wire("example.");
    for (unsigned seed = 0; seed < 40; ++seed) {
        std::mt19937 random(seed);
        ZoneBuilder builder(Name::from_wire(apex).value());
        for (auto records = random() % 100 + 1; records > 0; --records) {
            constexpr std::uint16_t shaped[] = {rr::a,   rr::aaaa,  rr::ns, rr::cname,
                                                rr::txt, rr::rrsig, 65280};
            const auto type = shaped[random() % std::size(shaped)];
            builder.add(random_name(random, apex), type, static_cast<std::uint32_t>(random() >> 1),
                        random_rdata(random, type));
        }
        const auto zone = builder.build();
        const auto text = zone_text(zone);
        INFO("seed " << seed << "\n" << text);
        CHECK(same_zone(zone, read_zone(text).zone));
    }
}

TEST_CASE("RDATA of every type reads back as the same octets, whatever they are", "[writer]") {
    std::mt19937 random(1);
    const auto apex = wire("example.");
    RecordText writer;
    for (std::uint16_t type = 1; type < 300; ++type) {
        if (type == 41 || (type >= 128 && type <= 255))
            continue;
        for (int i = 0; i < 60; ++i) {
            const auto rdata = random_octets(random, random() % 40 + 1);
            std::string line;
            writer.append(line, apex, 60, type, rdata);
            const auto read = try_zone(line);
            if (!read.ok()) {  // RDATA that no such record can have
                INFO(line);
                CHECK(read.fault().words.find("the RDATA is not that of") != std::string::npos);
                continue;
            }
            const auto& node = read->zone.nodes()[0];
            INFO(line);
            CHECK(std::ranges::equal(read->zone.rdata(read->zone.rrsets(node)[0], 0), rdata));
        }
    }
}

TEST_CASE("a line is owner, TTL, class, type and RDATA, a tab between each", "[writer]") {
    std::string out;
    RecordText text;
    text.append(out, wire("WWW.example."), 300, rr::a, Bytes{192, 0, 2, 1});
    text.append(out, wire("."), 0, 65280, {});
    CHECK(out == "WWW.example.\t300\tIN\tA\t192.0.2.1\n.\t0\tIN\tTYPE65280\t\\# 0\n");
}

TEST_CASE("malformed RDATA and types without a text form go out in the generic form", "[writer]") {
    CHECK(rdata_text(rr::a, {1, 2, 3}) == "TYPE1\t\\# 3 010203");
    CHECK(rdata_text(rr::ns, {5, 'a'}) == "TYPE2\t\\# 2 0561");
    CHECK(rdata_text(rr::txt, {}) == "TYPE16\t\\# 0");
    CHECK(rdata_text(55, Bytes(4, 0xab)) == "TYPE55\t\\# 4 ABABABAB");
}

TEST_CASE("odd octets in names are escaped so that every server reads them", "[writer]") {
    CHECK(name_text(wire(".")) == ".");
    CHECK(name_text(wire("a-_*.B9.")) == "a-_*.B9.");
    CHECK(name_text(wire("a\\.b.\\000\\255\\032.")) == "a\\.b.\\000\\255\\032.");
    CHECK(name_text(wire("\\@\\$\\;\\\"\\(\\)\\\\.")) == "\\@\\$\\;\\\"\\(\\)\\\\.");
    // BIND refuses "\[" as the start of a bit-string label.
    CHECK(name_text(wire("\\091.")) == "\\091.");
    CHECK(rdata_text(rr::ns, wire("\\091x\\\\\\091.")) == "NS\t\\091x\\\\\\091.");
}

TEST_CASE("types are named, and unknown ones numbered", "[writer]") {
    CHECK(type_text(rr::nsec3param) == "NSEC3PARAM");
    CHECK(type_text(65535) == "TYPE65535");
}

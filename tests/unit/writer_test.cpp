#include "signer/zonefile/writer.h"

extern "C" {
#include <libknot/descriptor.h>
#include <libknot/rrset-dump.h>
}

#include <fmt/format.h>

#include <optional>
#include <random>

#include "signer/core/presentation.h"
#include "signer/core/rdata_names.h"
#include "signer/zonefile/rdata_text.h"
#include "signer/zonefile/reader.h"
#include "signer/zonefile/scanner.h"
#include "tests/support/zones.h"

namespace writer_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// Type and RDATA as written.
std::string rdata_text(std::uint16_t type, const Bytes& rdata) {
    static RecordText writer;
    std::string out;
    writer.append(out, wire("."), 0, type, rdata);
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

// ---- what the fast way of writing RDATA is compared with

constexpr std::uint16_t usual_rdata_types[] = {
    rr::a,     rr::ns,   rr::cname,  rr::soa,   12,      15,          rr::ds,
    rr::rrsig, rr::nsec, rr::dnskey, rr::nsec3, rr::cds, rr::cdnskey, rr::aaaa};

/// libknot's text; the writer only changes how it escapes a bracket. Absent, too, where libknot
/// would look beyond the RDATA's end.
std::optional<std::string> knot_text(std::uint16_t type, const Bytes& rdata) {
    if (!rdata_has_its_shape(type, rdata))
        return std::nullopt;
    std::vector<std::uint16_t> item(knot_rdata_size(std::uint16_t(rdata.size())) / 2 + 1);
    auto* octets = reinterpret_cast<knot_rdata_t*>(item.data());
    knot_rdata_init(octets, std::uint16_t(rdata.size()), rdata.data());
    knot_dname_t root[] = {0};
    knot_rrset_t rrset;
    knot_rrset_init(&rrset, root, type, KNOT_CLASS_IN, 0);
    rrset.rrs.count = 1;
    rrset.rrs.size = std::uint32_t(knot_rdata_size(std::uint16_t(rdata.size())));
    rrset.rrs.rdata = octets;
    knot_dump_style_t style{};
    style.human_timestamp = true;
    std::string text(10'000, '\0');
    const int size = knot_rrset_txt_dump_data(&rrset, 0, text.data(), text.size(), &style);
    if (size < 0)
        return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < std::size_t(size); ++i) {
        out += text[i];
        if (text[i] == '\\')
            out += text[++i] == '[' ? "091" : std::string(1, text[i]);
    }
    return out;
}

bool reads_back(const std::string& text, std::uint16_t type, const Bytes& rdata) {
    static RecordScanner scanner{Name().wire()};
    const auto line = fmt::format("example. 60 {} {}\n", type_text(type), text);
    return scanner.scan(line, 1) && scanner.consumed() + 1 == line.size() &&
           std::ranges::equal(scanner.record().rdata, rdata);
}

std::string generic_text(const Bytes& rdata) {
    std::string out = fmt::format("\\# {}{}", rdata.size(), rdata.empty() ? "" : " ");
    for (const auto octet : rdata)
        out += fmt::format("{:02X}", octet);
    return out;
}

void append(Bytes& out, const Bytes& more) {
    out.insert(out.end(), more.begin(), more.end());
}

/// A name of letters and other octets, or of any.
Bytes usual_name(std::mt19937& random) {
    if (random() % 4 == 0)
        return random_name(random, {0});
    Bytes name;
    for (auto labels = random() % 4; labels > 0; --labels) {
        name.push_back(std::uint8_t(random() % 9 + 1));
        for (auto left = name.back(); left > 0; --left)
            name.push_back(std::uint8_t("abcXYZ019-_*/#.[]\\"[random() % 18]));
    }
    name.push_back(0);
    return name;
}

/// A bitmap of usual types, now and then with one that is not, or not in its canonical form.
Bytes usual_bitmap(std::mt19937& random) {
    constexpr std::uint8_t types[] = {1,  2,  5,  6,  12, 15, 16, 28, 33, 35, 39,
                                      43, 44, 46, 47, 48, 50, 51, 52, 59, 60, 63};
    Bytes bits(random() % 8 + 1);
    for (const auto type : types)
        if (type / 8U < bits.size() && random() % 2 == 0)
            bits[type / 8U] |= std::uint8_t(0x80 >> type % 8);
    if (random() % 8 == 0)
        bits[random() % bits.size()] |= std::uint8_t(random());
    while (random() % 16 != 0 && !bits.empty() && bits.back() == 0)
        bits.pop_back();
    Bytes bitmap;
    if (!bits.empty() || random() % 16 == 0) {
        bitmap = {std::uint8_t(random() % 16 == 0), std::uint8_t(bits.size())};
        append(bitmap, bits);
    }
    if (random() % 16 == 0)
        append(bitmap, {std::uint8_t(random() % 3), 1, 0x40});
    return bitmap;
}

/// RDATA of the type's shape, mostly; of any length where the shape leaves it open.
Bytes random_usual_rdata(std::mt19937& random, std::uint16_t type) {
    Bytes out;
    const auto octets = [&](std::size_t size) { append(out, random_octets(random, size)); };
    const auto some = [&](std::size_t most) {
        octets(random() % 16 == 0 ? 0 : random() % most + 1);
    };
    switch (type) {
        case rr::a:
            octets(4);
            break;
        case rr::aaaa:
            octets(16);
            for (auto zeros = random() % 17; zeros > 0; --zeros)
                out[random() % 16] = 0;
            break;
        case 15:
            octets(2);
            [[fallthrough]];
        case rr::ns:
        case rr::cname:
        case 12:
            append(out, usual_name(random));
            break;
        case rr::soa:
            append(out, usual_name(random));
            append(out, usual_name(random));
            octets(20);
            break;
        case rr::rrsig:
            append(out, {0, std::uint8_t(random() % 70)});
            octets(16);
            append(out, usual_name(random));
            some(70);
            break;
        case rr::nsec:
            append(out, usual_name(random));
            append(out, usual_bitmap(random));
            break;
        case rr::nsec3:
            octets(4);
            for (const std::size_t most : {9, 40}) {
                const auto size = random() % most;
                out.push_back(std::uint8_t(size));
                octets(size);
            }
            append(out, usual_bitmap(random));
            break;
        default:
            octets(4);
            some(70);
    }
    if (random() % 16 == 0)
        out.resize(random() % (out.size() + 2));
    return out;
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

// libknot 3.2 believes that RDATA is of its type's form: a salt that is longer than it has libknot
// read on until the process ends.
TEST_CASE("RDATA that is not of its type's form is written in octets, and libknot does not see it",
          "[writer]") {
    const auto written = [](std::uint16_t type, const Bytes& rdata) {
        return rdata_text(type, rdata) == fmt::format("TYPE{}\t{}", type, generic_text(rdata));
    };
    CHECK(written(50, {1, 0, 0, 0, 9, 1, 2}));  // NSEC3
    CHECK(written(25, {1}));                    // KEY
    CHECK(written(37, {0, 1}));                 // CERT
    CHECK(written(44, {1}));                    // SSHFP
    CHECK(written(45, {10, 2, 2}));             // IPSECKEY
    CHECK(written(52, {3, 1}));                 // TLSA
    CHECK(written(62, {0, 0, 0, 1, 0, 0, 0, 32, 1}));
    CHECK_FALSE(written(62, {0, 0, 0, 1, 0, 0, 0, 1, 0x40}));  // CSYNC
}

TEST_CASE("RDATA is written as libknot writes it, if that reads back", "[writer]") {
    std::mt19937 random(5);
    unsigned usual = 0, rare = 0;
    for (const auto type : usual_rdata_types)
        for (int i = 0; i < 3000; ++i) {
            const auto rdata = random_usual_rdata(random, type);
            const auto expected = knot_text(type, rdata);
            const bool good = expected && reads_back(*expected, type, rdata);
            INFO("type " << type << ": " << expected.value_or("none"));
            std::string text;
            if (append_usual_rdata(text, type, rdata)) {
                CHECK(good);
                CHECK(text == *expected);
                ++usual;
            } else {
                ++rare;
            }
            const auto written = rdata_text(type, rdata);
            CHECK(written == (good ? fmt::format("{}\t{}", type_text(type), *expected)
                                   : fmt::format("TYPE{}\t{}", type, generic_text(rdata))));
        }
    CHECK(usual > 20'000);
    CHECK(rare > 2'000);
}

TEST_CASE("usual types have the names that libknot has for them", "[writer]") {
    unsigned usual = 0;
    for (std::uint16_t type = 0; type < 300; ++type) {
        char name[32];
        if (usual_type_text(type).empty())
            continue;
        REQUIRE(knot_rrtype_to_string(type, name, sizeof name) > 0);
        CHECK(usual_type_text(type) == name);
        ++usual;
    }
    CHECK(usual == 22);
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

}  // namespace writer_test

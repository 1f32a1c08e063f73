#include "signer/core/zone.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "signer/core/blocks.h"
#include "signer/core/name_order.h"
#include "signer/core/name_sort.h"
#include "signer/core/rdata_names.h"
#include "signer/core/zone_intake.h"
#include "tests/support/zones.h"

namespace zone_test {

using namespace kaspar;
using namespace kaspar::signer;
using test::wire;

namespace {

Bytes octets(std::string_view text) {
    return {text.begin(), text.end()};
}

Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes out;
    for (const auto& part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

Bytes canonical(std::uint16_t type, const Bytes& rdata) {
    Bytes out;
    append_canonical_rdata(type, rdata, out);
    return out;
}

ZoneBuilder example() {
    return ZoneBuilder(Name::from_text("example.").value());
}

Bytes copy(BytesView view) {
    return {view.begin(), view.end()};
}

Bytes rrsig(std::uint8_t covered, std::uint8_t filler) {
    Bytes rdata(18, filler);
    rdata[0] = 0;
    rdata[1] = covered;
    return joined({rdata, wire("example."), {1, 2, 3}});
}

}  // namespace

TEST_CASE("owners, RRsets and records come in canonical order, however they were added", "[zone]") {
    auto builder = example();
    builder.add(wire("z.example."), rr::a, 60, octets("\x05\x01\x01\x01"));
    builder.add(wire("a.z.example."), rr::aaaa, 60, Bytes(16, 1));
    builder.add(wire("example."), rr::soa, 60, octets("soa"));
    builder.add(wire("z.example."), rr::txt, 60, octets("\x01z"));
    builder.add(wire("Z.example."), rr::a, 60, octets("\x04\x01\x01\x01"));
    builder.add(wire("b.example."), rr::a, 60, octets("\x01\x01\x01\x01"));
    const auto zone = builder.build();

    REQUIRE(zone.nodes().size() == 4);
    CHECK(copy(zone.owner(zone.nodes()[0])) == wire("example."));
    CHECK(copy(zone.owner(zone.nodes()[1])) == wire("b.example."));
    CHECK(copy(zone.owner(zone.nodes()[2])) == wire("z.example."));
    CHECK(copy(zone.owner(zone.nodes()[3])) == wire("a.z.example."));
    const auto rrsets = zone.rrsets(zone.nodes()[2]);
    REQUIRE(rrsets.size() == 2);
    CHECK(rrsets[0].type == rr::a);
    REQUIRE(rrsets[0].record_count == 2);
    CHECK(copy(zone.rdata(rrsets[0], 0)) == octets("\x04\x01\x01\x01"));
    CHECK(copy(zone.rdata(rrsets[0], 1)) == octets("\x05\x01\x01\x01"));
    CHECK(rrsets[1].type == rr::txt);
    CHECK(zone.record_count() == 6);
    CHECK(zone.rrset_count() == 5);
}

TEST_CASE("an owner keeps the case in which it was first written", "[zone]") {
    auto builder = example();
    builder.add(wire("WWW.example."), rr::txt, 60, octets("\x01z"));
    builder.add(wire("a.example."), rr::a, 60, Bytes(4, 1));
    builder.add(wire("www.example."), rr::a, 60, Bytes(4, 1));
    const auto zone = builder.build();
    REQUIRE(zone.nodes().size() == 2);
    const auto owner = copy(zone.owner(zone.nodes()[1]));
    CHECK(std::equal(owner.begin(), owner.end(), wire("WWW.example.").begin()));
}

TEST_CASE("records that are equal in canonical form are one record", "[zone]") {
    auto builder = example();
    builder.add(wire("example."), rr::ns, 60, wire("NS.example."));
    builder.add(wire("Example."), rr::ns, 60, wire("ns.example."));
    builder.add(wire("example."), rr::txt, 60, octets("\x01z"));
    builder.add(wire("example."), rr::txt, 60, octets("\x01Z"));
    const auto zone = builder.build();
    const auto& node = zone.nodes()[0];
    const auto* ns = zone.find(node, rr::ns);
    REQUIRE(ns != nullptr);
    CHECK(ns->record_count == 1);
    CHECK(zone.rdata(*ns, 0)[1] == 'N');
    CHECK(zone.find(node, rr::txt)->record_count == 2);
}

TEST_CASE("an RRset has the lowest TTL and says if there were others", "[zone]") {
    auto builder = example();
    builder.add(wire("example."), rr::a, 300, Bytes(4, 2), {7, 0});
    builder.add(wire("example."), rr::a, 60, Bytes(4, 3), {8, 0});
    builder.add(wire("example."), rr::a, 600, Bytes(4, 1), {9, 0});
    builder.add(wire("example."), rr::txt, 600, octets("\x01z"), {10, 0});
    const auto zone = builder.build();
    const auto rrsets = zone.rrsets(zone.nodes()[0]);
    CHECK(rrsets[0].ttl == 60);
    CHECK(rrsets[0].ttls_differed);
    CHECK(rrsets[0].origin.line == 7);
    CHECK(rrsets[1].ttl == 600);
    CHECK_FALSE(rrsets[1].ttls_differed);
}

TEST_CASE("RRSIGs are grouped by the type they cover", "[zone]") {
    auto builder = example();
    builder.add(wire("example."), rr::rrsig, 60, rrsig(16, 1));
    builder.add(wire("example."), rr::rrsig, 60, rrsig(1, 2));
    builder.add(wire("example."), rr::rrsig, 60, rrsig(16, 3));
    const auto zone = builder.build();
    const auto& node = zone.nodes()[0];
    REQUIRE(zone.rrsets(node).size() == 2);
    CHECK(zone.rrsets(node)[0].covered == 1);
    REQUIRE(zone.find(node, rr::rrsig, 16) != nullptr);
    CHECK(zone.find(node, rr::rrsig, 16)->record_count == 2);
    CHECK(zone.find(node, rr::rrsig) == nullptr);
}

TEST_CASE("names are found in any case, and absent ones are not", "[zone]") {
    auto builder = example();
    for (int i = 0; i < 300; ++i)
        builder.add(wire("n" + std::to_string(i) + ".example."), rr::a, 60, Bytes(4, 1));
    const auto zone = builder.build();
    for (int i = 0; i < 300; ++i)
        CHECK(zone.find(wire("N" + std::to_string(i) + ".EXAMPLE.")) != nullptr);
    CHECK(zone.find(wire("example.")) == nullptr);
    CHECK(zone.find(wire("n300.example.")) == nullptr);
    CHECK(zone.find(wire(".")) == nullptr);
}

TEST_CASE("a zone does not depend on the order of its records", "[zone]") {
    const auto names = {"example.",        "a.example.", "\\000.a.example.", "\\001.a.example.",
                        "a\\000.example.", "*.example.", "zz.zz.zz.example."};
    struct Record {
        Bytes owner;
        std::uint16_t type;
        Bytes rdata;
    };
    std::vector<Record> records;
    for (const auto* name : names)
        for (std::uint8_t i = 0; i < 5; ++i)
            records.push_back({wire(name), std::uint16_t(i % 2 ? rr::a : rr::txt), Bytes(4, i)});

    const auto list = [&records] {
        auto builder = example();
        for (const auto& record : records)
            builder.add(record.owner, record.type, 60, record.rdata);
        const auto zone = builder.build();
        Bytes all;
        for (const auto& node : zone.nodes())
            for (const auto& rrset : zone.rrsets(node))
                for (std::uint32_t i = 0; i < rrset.record_count; ++i)
                    all = joined({all,
                                  copy(zone.owner(node)),
                                  {std::uint8_t(rrset.type)},
                                  copy(zone.rdata(rrset, i))});
        return all;
    };
    const auto expected = list();
    std::mt19937 random(7);
    for (int i = 0; i < 50; ++i) {
        std::shuffle(records.begin(), records.end(), random);
        REQUIRE(list() == expected);
    }
}

TEST_CASE("a large zone is the same whether its records come in order or not, and by any threads",
          "[zone]") {
    constexpr std::uint32_t owners = 40'000;  // more than a block or a piece of anything
    const auto owner = [](std::uint32_t i) {
        return wire("n" + std::to_string(1'000'000 + i) + ".example.");
    };
    const auto add_a = [&](auto& builder, std::uint32_t i) {
        builder.add(owner(i), rr::a, i, Bytes(4, std::uint8_t(i)), {i, 0});
    };
    const auto add_txt = [&](auto& builder, std::uint32_t i) {
        builder.add(owner(i), rr::txt, i, Bytes(60, std::uint8_t(i)), {i, 1});
    };
    const auto threads = GENERATE(1U, 2U, 5U);
    std::vector<std::uint32_t> order(owners);
    std::iota(order.begin(), order.end(), 0U);
    auto in_order = example();
    ZoneIntake shuffled(Name::from_text("example.").value(), threads);
    for (const auto i : order) {
        add_a(in_order, i);
        add_txt(in_order, i);
    }
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    for (const auto i : order)
        add_a(shuffled, i);
    for (const auto i : order)
        add_txt(shuffled, i);
    CHECK(shuffled.octets() > in_order.octets() / 4 * 3);
    const auto left = in_order.build(threads), right = shuffled.build();
    REQUIRE(left.nodes().size() == owners);
    REQUIRE(right.nodes().size() == owners);
    CHECK(left.memory() <= right.memory() + right.memory() / 4);
    bool same = true;
    for (std::uint32_t i = 0; i < owners; ++i) {
        const auto &x = left.nodes()[i], &y = right.nodes()[i];
        same = same && std::ranges::equal(left.owner(x), right.owner(y));
        for (std::uint32_t r = 0; r < 2; ++r) {
            const auto &a = left.rrsets(x)[r], &b = right.rrsets(y)[r];
            same = same && a.type == b.type && a.origin.line == i && b.origin.line == i &&
                   a.origin.file == r && std::ranges::equal(left.rdata(a, 0), right.rdata(b, 0)) &&
                   left.rdata(a, 0)[0] == std::uint8_t(i);
        }
    }
    CHECK(same);
}

TEST_CASE("a zone holds no more memory than its records need", "[zone]") {
    auto builder = example();
    for (int i = 0; i < 100; ++i)  // one record, a hundred times
        builder.add(wire("example."), rr::a, 60, Bytes(4, 1));
    CHECK(builder.build().memory() == sizeof(Node) + sizeof(RRset) + 8 + 9 + 4);
}

TEST_CASE("very long RDATA is kept whole, in order or not", "[zone]") {
    for (const bool reversed : {false, true}) {
        auto builder = example();
        for (int i = 0; i < 60; ++i) {
            const auto n = std::uint8_t(reversed ? 59 - i : i);
            builder.add(wire("n" + std::to_string(10 + n) + ".example."), 65280, 60,
                        Bytes(65535 - n, n));
        }
        const auto zone = builder.build();
        for (std::uint8_t n = 0; n < 60; ++n)
            CHECK(copy(zone.rdata(zone.rrsets(zone.nodes()[n])[0], 0)) == Bytes(65535 - n, n));
    }
}

TEST_CASE("names are sorted canonically, equal ones as they came", "[zone]") {
    std::mt19937 random(3);
    std::vector<Bytes> names;
    for (int i = 0; i < 30'000; ++i) {
        Bytes name;
        for (auto labels = random() % 4; labels > 0; --labels) {
            name.push_back(std::uint8_t(random() % 3 + 1));
            for (auto octets_left = name.back(); octets_left > 0; --octets_left)
                name.push_back(std::string_view("\0\1aAbZ\xff", 7)[random() % 7]);
        }
        names.push_back(joined({name, wire("example.")}));
    }
    const auto name = [&](std::uint32_t i) { return BytesView(names[i]); };
    for (const unsigned threads : {1U, 2U, 5U, 64U}) {
        const auto order = order_of_names(std::uint32_t(names.size()), name, threads);
        REQUIRE(order.size() == names.size());
        for (std::size_t i = 1; i < order.size(); ++i) {
            const auto step = compare_names(names[order[i - 1]], names[order[i]]);
            if (step > 0 || (step == 0 && order[i - 1] > order[i]))
                FAIL(i);
        }
    }
    CHECK(order_of_names(0, name, 2).empty());
}

TEST_CASE("blocks keep what is appended at once together, and give up their front", "[zone]") {
    Blocks<std::uint8_t, 4> blocks;
    std::vector<std::pair<std::uint64_t, Bytes>> kept;
    for (std::uint8_t i = 0; i < 100; ++i) {
        const Bytes piece(i % 17, i);
        kept.emplace_back(blocks.append(piece), piece);
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
        if (i % 10 == 0)
            blocks.free_before(kept[i].first);
        CHECK(copy(blocks.at(kept[i].first, kept[i].second.size())) == kept[i].second);
    }
    Blocks<int, 2> row;
    for (const int i : {0, 1, 2, 3, 4, 5, 6, 7, 8})
        CHECK(row.append({&i, 1}) == std::uint64_t(i));
    CHECK(row[8] == 8);
    Blocks<int, 1> full;
    const std::array<int, 2> block{1, 2};
    CHECK(full.append(block) == 0);
    CHECK(full.append({}) == 2);
    CHECK(full.at(2, 0).empty());
}

TEST_CASE("a builder is empty after it has built", "[zone]") {
    auto builder = example();
    builder.add(wire("example."), rr::a, 60, Bytes(4, 1));
    CHECK(builder.build().record_count() == 1);
    CHECK(builder.record_count() == 0);
    CHECK(builder.build().nodes().empty());
}

TEST_CASE("canonical RDATA has its names in lower case for the types of RFC 4034 section 6.2",
          "[zone]") {
    const auto upper = wire("Some.Name."), lower = wire("some.name.");
    for (const auto type : std::initializer_list<std::uint16_t>{2, 3, 4, 5, 7, 8, 9, 12, 39})
        CHECK(canonical(type, upper) == lower);
    for (const auto type : std::initializer_list<std::uint16_t>{15, 18, 21, 36})
        CHECK(canonical(type, joined({{0, 65}, upper})) == joined({{0, 65}, lower}));
    for (const auto type : std::initializer_list<std::uint16_t>{14, 17})
        CHECK(canonical(type, joined({upper, upper})) == joined({lower, lower}));
    const Bytes numbers(20, 'A');
    CHECK(canonical(6, joined({upper, upper, numbers})) == joined({lower, lower, numbers}));
    CHECK(canonical(26, joined({{0, 65}, upper, upper})) == joined({{0, 65}, lower, lower}));
    CHECK(canonical(33, joined({Bytes(6, 'A'), upper})) == joined({Bytes(6, 'A'), lower}));
    const auto strings = joined({{'A', 'A', 'A', 'A'}, {1, 'B'}, {0}, {2, 'C', 'D'}});
    CHECK(canonical(35, joined({strings, upper})) == joined({strings, lower}));
    for (const auto type : std::initializer_list<std::uint16_t>{24, 46}) {
        const auto head = Bytes(18, 'A'), signature = octets("SIG");
        CHECK(canonical(type, joined({head, upper, signature})) ==
              joined({head, lower, signature}));
    }
    CHECK(canonical(30, joined({upper, {'A'}})) == joined({lower, {'A'}}));
    CHECK(canonical(38, joined({{120}, {'A'}, upper})) == joined({{120}, {'A'}, lower}));
    CHECK(canonical(38, joined({{0}, Bytes(16, 'A')})) == joined({{0}, Bytes(16, 'A')}));
}

TEST_CASE("NSEC, HINFO, SVCB and unknown types keep their case (RFC 6840 section 5.1)", "[zone]") {
    const auto upper = wire("Some.Name.");
    CHECK(canonical(rr::nsec, upper) == upper);
    CHECK(canonical(13, octets("\x03"
                               "CPU"
                               "\x02"
                               "OS")) == octets("\x03"
                                                "CPU"
                                                "\x02"
                                                "OS"));
    CHECK(canonical(64, joined({{0, 1}, upper})) == joined({{0, 1}, upper}));
    CHECK(canonical(65280, upper) == upper);
    CHECK(canonical(107, joined({{0, 1}, upper})) == joined({{0, 1}, upper}));
}

TEST_CASE("malformed RDATA is copied as it is and found to be malformed", "[zone]") {
    const Bytes cut_name = {4, 'N', 'A'}, pointer = {0xc0, 0x0c}, name_and_more = {1, 'N', 0, 9};
    for (const auto& rdata : {cut_name, pointer, Bytes()}) {
        CHECK(canonical(rr::ns, rdata) == rdata);
        CHECK_FALSE(rdata_has_its_shape(rr::ns, rdata));
    }
    CHECK_FALSE(rdata_has_its_shape(rr::ns, name_and_more));
    CHECK_FALSE(rdata_has_its_shape(rr::a, Bytes(3, 1)));
    CHECK_FALSE(rdata_has_its_shape(rr::aaaa, Bytes(4, 1)));
    CHECK_FALSE(rdata_has_its_shape(38, Bytes{129, 0}));
    CHECK_FALSE(rdata_has_its_shape(rr::ds, Bytes{0, 1, 13, 2}));
    CHECK(rdata_has_its_shape(rr::a, Bytes(4, 1)));
    CHECK(rdata_has_its_shape(rr::ns, wire("a.b.")));
    CHECK(rdata_has_its_shape(65280, Bytes{}));
    Bytes long_name;
    for (int i = 0; i < 4; ++i) {
        long_name.push_back(63);
        long_name.insert(long_name.end(), 63, 'a');
    }
    long_name.push_back(0);
    CHECK_FALSE(rdata_has_its_shape(rr::ns, long_name));
}

}  // namespace zone_test

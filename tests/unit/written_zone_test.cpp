#include "signer/zonefile/written_zone.h"

#include "signer/core/node_cursor.h"
#include "signer/zonefile/writer.h"
#include "tests/support/catch.h"
#include "tests/support/zones.h"

namespace written_zone_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// Odd octets, names above each other, and lines longer than any block that is looked at.
std::string zone_with_odd_names() {
    std::string text = apex_lines;
    for (int i = 0; i < 60; ++i)
        text += "host" + std::to_string(i) + " A 192.0.2." + std::to_string(i) + "\n";
    text += "UPPER.host5 A 192.0.2.200\n*.host7 TXT \"tab\\009and;semicolon\"\n";
    text += "\\000\\001 A 192.0.2.201\nx\\.y\\009z A 192.0.2.202\na.b.c.d.e.f A 192.0.2.203\n";
    text += "long TXT";
    for (int i = 0; i < 60; ++i)
        text += " \"" + std::string(255, static_cast<char>('a' + i % 26)) + "\"";
    return text + "\n";
}

struct OnDisk {
    explicit OnDisk(std::string_view text)
        : read(read_zone(text)),
          file(write_text(folder / "zone", zone_text(read.zone))),
          written(WrittenZone::open(file, read.zone.apex()).value()) {}

    TempFolder folder;
    ReadZone read;
    std::filesystem::path file;
    std::unique_ptr<WrittenZone> written;
};

std::string text_of(const Zone& zone, std::span<const Node> nodes) {
    std::string out;
    RecordText text;
    for (const auto& node : nodes)
        for (const auto& rrset : zone.rrsets(node))
            for (std::uint32_t i = 0; i < rrset.record_count; ++i)
                text.append(out, zone.owner(node), rrset.ttl, rrset.type, zone.rdata(rrset, i));
    return out;
}

}  // namespace

TEST_CASE("what lies between two names is found in the file", "[written_zone]") {
    const OnDisk disk(zone_with_odd_names());
    const auto& zone = disk.read.zone;
    std::vector<Bytes> bounds{wire("aaa.example"), wire("host3a.example"), wire("zz.example"),
                              wire("below.host9.example")};
    for (const auto& node : zone.nodes())
        bounds.emplace_back(zone.owner(node).begin(), zone.owner(node).end());
    bounds.emplace_back();  // the end
    for (std::size_t i = 0; i + 1 < bounds.size(); i += 3)
        for (std::size_t j = 0; j < bounds.size(); j += 2) {
            const auto there = disk.written->between(bounds[i], bounds[j]);
            REQUIRE(there.ok());
            std::span<const Node> wanted;
            if (bounds[j].empty() || compare_names(bounds[i], bounds[j]) < 0)
                wanted = nodes_between(zone, bounds[i], bounds[j]);
            CHECK(text_of(**there, (*there)->nodes()) == text_of(zone, wanted));
        }
}

TEST_CASE("a file that is cut while it is read is told", "[written_zone]") {
    const OnDisk disk(zone_with_odd_names());
    std::filesystem::resize_file(disk.file, 200);
    const auto there = disk.written->between(wire("host3.example"), {});
    REQUIRE_FALSE(there.ok());
    CHECK(there.fault().kind == FaultClass::io);
    CHECK(there.fault().words.find("became shorter") != std::string::npos);
}

TEST_CASE("the parts of a written zone are its text between the offsets", "[written_zone]") {
    const OnDisk disk(apex_lines + "a A 192.0.2.1\nb A 192.0.2.2\n");
    const auto text = zone_text(disk.read.zone);
    const WrittenParts parts(*disk.written, {0, text.find("b.example")});
    REQUIRE(parts.count() == 2);
    CHECK(parts.part(0).value()->nodes().size() == 2);
    CHECK(zone_text(*parts.part(1).value()) == text.substr(text.find("b.example")));
}

}  // namespace written_zone_test

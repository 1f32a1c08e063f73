#include "signer/core/stretches.h"

#include "signer/core/content.h"
#include "tests/support/catch.h"
#include "tests/support/zones.h"

namespace stretches_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

const std::string lines = apex_lines +
                          "a A 192.0.2.1\n"
                          "b NS ns.b\n"
                          "ns.b A 192.0.2.2\n"
                          "deep.ns.b A 192.0.2.3\n"
                          "c DNAME other.example.net.\n"
                          "under.c A 192.0.2.4\n"
                          "d RRSIG A 13 2 60 20300101000000 20200101000000 1 example. AAAA\n"
                          "e A 192.0.2.5\n";

std::vector<std::string> first_owners(const Zone& zone, std::uint64_t records) {
    std::vector<std::string> owners;
    std::uint32_t reached = 0;
    for (const auto& stretch : cut_into_stretches(zone, records)) {
        CHECK(stretch.first == reached);
        CHECK(stretch.end > stretch.first);
        reached = stretch.end;
        owners.push_back(Name::from_wire(zone.owner(zone.nodes()[stretch.first])).value().text());
    }
    CHECK(reached == zone.nodes().size());
    return owners;
}

using Owners = std::vector<std::string>;

}  // namespace

TEST_CASE("a stretch begins with a name that is published and not hidden", "[stretches]") {
    const auto read = read_zone(lines);
    CHECK(first_owners(read.zone, 1) ==
          Owners{"example", "a.example", "b.example", "c.example", "e.example"});
    CHECK(first_owners(read.zone, 3) == Owners{"example", "b.example", "c.example", "e.example"});
    CHECK(first_owners(read.zone, 100) == Owners{"example"});
}

}  // namespace stretches_test

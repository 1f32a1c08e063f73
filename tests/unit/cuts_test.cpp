#include "signer/core/cuts.h"

#include <map>

#include "signer/core/presentation.h"
#include "tests/support/zones.h"

namespace cuts_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

std::map<std::string, NodeKind> kinds(std::string_view text, std::string_view apex = "example.") {
    const auto read = read_zone(apex_lines + std::string(text), apex);
    const auto list = classify_nodes(read.zone);
    REQUIRE(list.size() == read.zone.nodes().size());
    std::map<std::string, NodeKind> out;
    for (std::size_t i = 0; i < list.size(); ++i)
        out[name_text(read.zone.owner(read.zone.nodes()[i]))] = list[i];
    return out;
}

}  // namespace

TEST_CASE("delegations hide what is below them, and nothing else", "[cuts]") {
    auto found = kinds(
        "a A 192.0.2.1\n"
        "cut NS ns.cut\n"
        "cut DS 1 13 2 00\n"
        "ns.cut A 192.0.2.1\n"
        "deeper.cut NS ns.deeper.cut\n"
        "ns.deeper.cut A 192.0.2.1\n"
        "cut2 A 192.0.2.1\n"
        "xcut A 192.0.2.1\n"
        "inner.ent NS ns\n"
        "outer.ent A 192.0.2.1\n");
    CHECK(found["example."] == NodeKind::apex);
    CHECK(found["a.example."] == NodeKind::authoritative);
    CHECK(found["cut.example."] == NodeKind::delegation);
    CHECK(found["ns.cut.example."] == NodeKind::below_delegation);
    CHECK(found["deeper.cut.example."] == NodeKind::below_delegation);
    CHECK(found["ns.deeper.cut.example."] == NodeKind::below_delegation);
    CHECK(found["cut2.example."] == NodeKind::authoritative);
    CHECK(found["xcut.example."] == NodeKind::authoritative);
    CHECK(found["inner.ent.example."] == NodeKind::delegation);
    CHECK(found["outer.ent.example."] == NodeKind::authoritative);
}

TEST_CASE("a DNAME hides what is below it, not itself, at the apex too", "[cuts]") {
    auto found = kinds(
        "d DNAME e.example.net.\n"
        "d A 192.0.2.1\n"
        "x.d A 192.0.2.1\n"
        "y.x.d NS ns\n"
        "dd A 192.0.2.1\n");
    CHECK(found["d.example."] == NodeKind::authoritative);
    CHECK(found["x.d.example."] == NodeKind::below_dname);
    CHECK(found["y.x.d.example."] == NodeKind::below_dname);
    CHECK(found["dd.example."] == NodeKind::authoritative);

    found = kinds("@ DNAME e.example.net.\nx A 192.0.2.1\n");
    CHECK(found["example."] == NodeKind::apex);
    CHECK(found["x.example."] == NodeKind::below_dname);
}

TEST_CASE("at the root all top-level names are below the apex", "[cuts]") {
    auto found = kinds("tld. NS ns.tld.\nns.tld. A 192.0.2.1\n", ".");
    CHECK(found["."] == NodeKind::apex);
    CHECK(found["tld."] == NodeKind::delegation);
    CHECK(found["ns.tld."] == NodeKind::below_delegation);
}

TEST_CASE("at a delegation only DS and NSEC are signed, below one nothing", "[cuts]") {
    CHECK(is_signed(NodeKind::apex, rr::ns));
    CHECK(is_signed(NodeKind::authoritative, rr::a));
    CHECK(is_signed(NodeKind::delegation, rr::ds));
    CHECK(is_signed(NodeKind::delegation, rr::nsec));
    CHECK_FALSE(is_signed(NodeKind::delegation, rr::ns));
    CHECK_FALSE(is_signed(NodeKind::delegation, rr::a));
    CHECK_FALSE(is_signed(NodeKind::below_delegation, rr::a));
    CHECK_FALSE(is_signed(NodeKind::below_dname, rr::ds));
    CHECK_FALSE(is_signed(NodeKind::apex, rr::rrsig));
}

}  // namespace cuts_test

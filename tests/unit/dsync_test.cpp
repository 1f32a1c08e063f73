#include "enforcer/servers/dsync.h"

#include "tests/support/catch.h"

namespace dsync_test {

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

Name name(const std::string& text) {
    return *Name::from_text(text);
}

}  // namespace

TEST_CASE("the DSYNC name is the child's own below _dsync of the parent", "[dsync]") {
    CHECK(dsync_name(name("example.org"), name("org")) == name("example._dsync.org"));
    CHECK(dsync_name(name("a.b.example.org"), name("example.org")) ==
          name("a.b._dsync.example.org"));
    CHECK(dsync_name(name("org"), name(".")) == name("org._dsync"));
    CHECK(dsync_name(name("org"), name("org")) == name("_dsync.org"));
}

TEST_CASE("only NOTIFY for CDS is a target", "[dsync]") {
    const Bytes host{1, 'a', 0};
    const auto rdata = [&](Bytes fixed) {
        fixed.insert(fixed.end(), host.begin(), host.end());
        return fixed;
    };
    const auto target = cds_target(rdata({0, 59, 1, 0x14, 0xeb}));
    REQUIRE(target.has_value());
    CHECK(target->host == name("a"));
    CHECK(target->port == 5355);
    CHECK_FALSE(cds_target(rdata({0, 62, 1, 0x14, 0xeb})).has_value());
    CHECK_FALSE(cds_target(rdata({0, 59, 2, 0x14, 0xeb})).has_value());
    CHECK_FALSE(cds_target(Bytes{0, 59, 1, 0x14, 0xeb}).has_value());
    CHECK_FALSE(cds_target(Bytes{0, 59, 1, 0x14, 0xeb, 0}).has_value());
    CHECK_FALSE(cds_target(Bytes{0, 59, 1, 0x14, 0xeb, 5, 'a'}).has_value());
}

}  // namespace dsync_test

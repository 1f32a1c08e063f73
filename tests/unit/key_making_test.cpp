// What makes a new key unfit for a zone.
#include "enforcer/key_making.h"

#include "tests/support/catch.h"

namespace key_making_test {

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

/// Two of these differ in the lower half of the sum that is the tag (RFC 4034 appendix B).
Dnskey key_with(std::uint8_t low) {
    Bytes octets(64, 0x11);
    octets[1] = low;
    return {256, {Algorithm::ecdsap256sha256, octets}};
}

}  // namespace

TEST_CASE("tags clash also where revoking one key would make them the same", "[key_making]") {
    const auto key = key_with(0), other = key_with(0x80), third = key_with(1);
    REQUIRE(key.tag() != other.tag());
    REQUIRE(key.revoked_tag() == other.tag());
    CHECK(tags_clash(key, key));
    CHECK(tags_clash(key, other));
    CHECK(tags_clash(other, key));
    CHECK_FALSE(tags_clash(key, third));
    CHECK_FALSE(tags_clash(other, third));
}

}  // namespace key_making_test

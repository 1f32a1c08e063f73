#include "signer/core/name_order.h"

#include <algorithm>
#include <random>

#include "tests/support/zones.h"

namespace name_order_test {

using namespace kaspar;
using namespace kaspar::signer;
using test::wire;

namespace {

Bytes key(const Bytes& name) {
    Bytes out;
    append_name_key(name, out);
    return out;
}

/// A short random name over few octets, so that equal labels, prefixes and the octets that the key
/// escapes are frequent.
Bytes random_name(std::mt19937& random) {
    constexpr std::uint8_t octets[] = {0, 1, 2, 'A', 'a', 'b', 'Z', '[', 255};
    Bytes name;
    for (auto labels = random() % 4; labels > 0; --labels) {
        const auto size = random() % 3 + 1;
        name.push_back(static_cast<std::uint8_t>(size));
        for (auto i = size; i > 0; --i)
            name.push_back(octets[random() % std::size(octets)]);
    }
    name.push_back(0);
    return name;
}

}  // namespace

TEST_CASE("names are in the order of the example of RFC 4034 section 6.1", "[name_order]") {
    const char* const ordered[] = {"example.",         "a.example.",      "yljkjljk.a.example.",
                                   "Z.a.example.",     "zABC.a.EXAMPLE.", "z.example.",
                                   "\\001.z.example.", "*.z.example.",    "\\200.z.example."};
    for (std::size_t i = 0; i < std::size(ordered); ++i)
        for (std::size_t j = 0; j < std::size(ordered); ++j) {
            INFO(ordered[i] << " and " << ordered[j]);
            CHECK(compare_names(wire(ordered[i]), wire(ordered[j])) == (i <=> j));
            CHECK((key(wire(ordered[i])) <=> key(wire(ordered[j]))) == (i <=> j));
        }
}

TEST_CASE("the octets of a name's key order as the names do, zero octets included",
          "[name_order]") {
    std::mt19937 random(20260101);
    for (int i = 0; i < 20000; ++i) {
        const auto a = random_name(random), b = random_name(random);
        REQUIRE((key(a) <=> key(b)) == compare_names(a, b));
        REQUIRE(same_name(a, b) == (compare_names(a, b) == 0));
        REQUIRE((compare_names(a, b) <=> 0) == (0 <=> compare_names(b, a)));
    }
}

TEST_CASE("a name is within itself and its ancestors, not within a name that ends alike",
          "[name_order]") {
    CHECK(name_is_within(wire("a.b.Example."), wire("b.eXample.")));
    CHECK(name_is_within(wire("b.example."), wire("b.example.")));
    CHECK(name_is_within(wire("b.example."), wire(".")));
    CHECK_FALSE(name_is_within(wire("ab.example."), wire("b.example.")));
    CHECK_FALSE(name_is_within(wire("example."), wire("b.example.")));
    // The label "xb" holds the octets of the name b.example, but not as labels.
    CHECK_FALSE(name_is_within(wire("x\\001b.example."), wire("b.example.")));
}

TEST_CASE("labels are counted without the root, and only a first label * is a wildcard",
          "[name_order]") {
    CHECK(count_labels(wire(".")) == 0);
    CHECK(count_labels(wire("a.b.example.")) == 3);
    CHECK(is_wildcard(wire("*.example.")));
    CHECK_FALSE(is_wildcard(wire("a.*.example.")));
    CHECK_FALSE(is_wildcard(wire("*a.example.")));
    CHECK(parent_name(wire(".")).empty());
}

}  // namespace name_order_test

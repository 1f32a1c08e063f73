#include "enforcer/core/key_set.h"

#include <vector>

#include "tests/support/catch.h"

namespace key_set_test {

using kaspar::enforcer::for_each_subset;
using kaspar::enforcer::KeyIndex;
using kaspar::enforcer::KeySet;

TEST_CASE("a key set holds what was put into it, in ascending order", "[key_set]") {
    KeySet set = KeySet::of(63, 0, 5);
    CHECK(set.size() == 3);
    CHECK(set.contains(63));
    CHECK_FALSE(set.contains(62));
    set.erase(5);
    set.erase(7);
    std::vector<KeyIndex> members;
    for (const KeyIndex key : set)
        members.push_back(key);
    CHECK(members == std::vector<KeyIndex>{0, 63});
    CHECK(KeySet{}.empty());
}

TEST_CASE("key sets combine as sets", "[key_set]") {
    const KeySet a = KeySet::of(1, 2, 3), b = KeySet::of(3, 4);
    CHECK((a | b) == KeySet::of(1, 2, 3, 4));
    CHECK((a & b) == KeySet::of(3));
    CHECK((a - b) == KeySet::of(1, 2));
    CHECK(KeySet::of(1, 2).is_subset_of(a));
    CHECK(KeySet{}.is_subset_of(KeySet{}));
    CHECK_FALSE(b.is_subset_of(a));
}

TEST_CASE("every subset is visited once, the empty one and the whole included", "[key_set]") {
    const KeySet set = KeySet::of(0, 7, 63);
    std::vector<KeySet> seen;
    for_each_subset(set, [&](KeySet subset) {
        CHECK(subset.is_subset_of(set));
        for (const KeySet earlier : seen)
            CHECK_FALSE(earlier == subset);
        seen.push_back(subset);
    });
    CHECK(seen.size() == 8);
    CHECK(seen.front().empty());
    CHECK(seen.back() == set);
}

}  // namespace key_set_test

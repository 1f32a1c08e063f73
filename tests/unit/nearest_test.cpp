#include "common/values/nearest.h"

#include "tests/support/catch.h"

namespace nearest_test {

using namespace kaspar;

using Words = std::vector<std::string>;

TEST_CASE("the distance of two words is the number of changed letters", "[nearest]") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("default", "defualt") == 2);
    CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("only a word that is near is proposed", "[nearest]") {
    CHECK(did_you_mean("defualt", Words{"csk", "default"}) == "; did you mean 'default'?");
    CHECK(did_you_mean("tdl", Words{"tld", "lab"}) == "; did you mean 'tld'?");
    CHECK(did_you_mean("something", Words{"csk", "default"}).empty());
    CHECK(did_you_mean("ab", Words{"xy"}).empty());
    CHECK(did_you_mean("", Words{}).empty());
}

}  // namespace nearest_test

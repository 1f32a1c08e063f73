#include "enforcer/core/contrast.h"

#include "tests/support/catch.h"

namespace contrast_test {

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

const Time start{std::chrono::days{20000}};

Forecast forecast_of(std::vector<Event> events) {
    return {start, start, {}, std::move(events), false};
}

Event event(int day, std::string what, EventKind kind = EventKind::move) {
    return {start + std::chrono::days{day}, kind, Actor::kaspar, {}, std::move(what), "because"};
}

}  // namespace

TEST_CASE("forecasts that say the same do not differ, whatever the reasons", "[contrast]") {
    const Forecast one = forecast_of({event(1, "publish"), event(2, "withdraw")});
    Forecast other = one;
    other.events[0].why = "another reason";
    CHECK(contrast(one, other).empty());
    other.events.push_back(event(3, "rumoured", EventKind::state));
    other.events.push_back(event(3, "is to leave", EventKind::goal));
    CHECK(contrast(one, other).empty());
}

TEST_CASE("events come, go and move", "[contrast]") {
    const Forecast before = forecast_of({event(1, "stays"), event(2, "moves"), event(4, "goes")});
    const Forecast after = forecast_of({event(1, "stays"), event(3, "comes"), event(5, "moves")});
    const auto found = contrast(before, after);
    REQUIRE(found.size() == 3);
    CHECK(found[0].before == nullptr);
    CHECK(found[0].after->what == "comes");
    CHECK(found[1].before->what == "goes");
    CHECK(found[1].after == nullptr);
    CHECK(found[2].before->at == start + std::chrono::days{2});
    CHECK(found[2].after->at == start + std::chrono::days{5});
}

TEST_CASE("what happens several times is matched in its order", "[contrast]") {
    const Forecast before = forecast_of({event(1, "roll"), event(2, "roll"), event(3, "roll")});
    const Forecast after = forecast_of({event(1, "roll"), event(2, "roll")});
    const auto found = contrast(before, after);
    REQUIRE(found.size() == 1);
    CHECK(found[0].before->at == start + std::chrono::days{3});
    CHECK(contrast(before, forecast_of({event(1, "roll", EventKind::purged)})).size() == 4);
}

}  // namespace contrast_test

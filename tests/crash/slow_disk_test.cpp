// A disk at which every call takes long: everything takes longer, and that is all.
#include <future>

#include "tests/crash/interposition.h"
#include "tests/crash/life.h"
#include "tests/crash/soundness.h"
#include "tests/support/catch.h"
#include "tests/support/minute_policy.h"

namespace slow_disk_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace kaspar::test::crash;

TEST_CASE("on a slow disk both programs and a person work at the same time, and all of it is done",
          "[crash]") {
    Installation site;
    site.set_time(*parse_rfc3339("2026-11-24T00:00:00Z"));
    site.write("policies/test.json",
               minute_policy(minute_key("local", "ksk") + "," + minute_key("local", "zsk")));
    site.write(zone, minute_zone);
    site.write("example.org", minute_zone);
    site.add_zone(zone, "test");
    REQUIRE(turn(site) == "");
    site.add_zone("example.org", "test");

    Interposition calls(site.folder());
    calls.aim(Trouble::delay, 0);
    site.set_environment(calls.environment());
    const auto at_once = [](auto action) { return std::async(std::launch::async, action); };
    auto enforcer = at_once([&] { return site.enforcer(); });
    auto signer = at_once([&] { return site.signer(); });
    auto person = at_once([&] { return site.kaspar({"key", "roll", zone, "--role", "zsk"}); });
    auto viewer = at_once([&] { return site.kaspar({"status"}); });
    for (auto* done : {&enforcer, &signer, &person, &viewer})
        expect(done->get());
    CHECK(calls.has_struck());

    CHECK(turn(site) == "");
    site.set_environment({});
    std::string judged;
    CHECK(complaint(site, {}, judged) == "");
    expect(site.verify("example.org"));
    CHECK(has(outcome(site), "log 0, health 0"));
}

}  // namespace slow_disk_test

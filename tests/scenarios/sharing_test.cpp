// Zones of one policy that share their keys, each on its own clock; and keys that are destroyed
// when the last zone needs them no more.
#include <set>

#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace sharing_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

struct Sharing : Sandbox {
    std::vector<std::string> zones;

    explicit Sharing(const std::string& lifetime = "unlimited") {
        write("policies/test.json", R"({ "version": 1,
            "dnskey": { "shared": true, "purge_after": "10d" },
            "keys": [ { "role": "csk", "algorithm": "ecdsap256sha256", "keystore": "local",
                        "lifetime": ")" +
                                        lifetime + R"(" } ] })");
    }

    void add(const std::string& zone) {
        expect(add_zone(zone));
        zones.push_back(zone);
        expect(enforcer());
    }

    /// The signer publishes, the parent has what it should, and a day passes.
    void pass_days(int days) {
        for (int day = 0; day < days; ++day) {
            for (const std::string& zone : zones)
                sign(zone);
            expect(enforcer());
            for (const std::string& zone : zones) {
                const auto status = json({"status", zone});
                if (!status["ds_awaited"].empty())
                    expect(kaspar({"ds", "seen", zone}));
                if (!json({"status", zone})["ds_to_go"].empty())
                    expect(kaspar({"ds", "gone", zone}));
            }
            wait(24h);
        }
    }

    /// The tags of a zone's instructed keys.
    std::set<int> keys(const std::string& zone) const {
        std::set<int> tags;
        for (const auto& key : instructed(zone).keys)
            tags.insert(key.dnskey.tag());
        return tags;
    }

    std::ptrdiff_t files() const {
        return std::distance(std::filesystem::directory_iterator(*this / "keys"), {});
    }
};

}  // namespace

TEST_CASE("zones of a sharing policy have one key", "[sharing]") {
    Sharing box;
    box.add("a.org");
    box.add("b.org");
    box.pass_days(5);
    box.add("c.org");
    box.pass_days(5);
    CHECK(box.files() == 1);
    CHECK(box.keys("a.org").size() == 1);
    CHECK(box.keys("b.org") == box.keys("a.org"));
    CHECK(box.keys("c.org") == box.keys("a.org"));
    const auto list = box.json({"key", "list", "a.org"});
    CHECK(list[0]["shared_with"] == nlohmann::json({"b.org", "c.org"}));
    CHECK(box.json({"log", "c.org"}).dump().find("is shared with zone") != std::string::npos);
}

TEST_CASE("a zone that rolls takes the successor that another zone has made", "[sharing]") {
    Sharing box;
    box.add("a.org");
    box.add("b.org");
    box.pass_days(6);
    const auto first = box.keys("a.org");
    expect(box.kaspar({"key", "roll", "a.org", "--role", "csk"}));
    box.pass_days(8);
    const auto second = box.keys("a.org");
    CHECK(second != first);
    CHECK(box.keys("b.org") == first);
    // The key that one zone has given up stays while the other has it.
    box.pass_days(20);
    CHECK(box.json({"key", "list", "a.org"})[0]["state"] == "purged");
    CHECK(box.files() == 2);

    expect(box.kaspar({"key", "roll", "b.org", "--role", "csk"}));
    box.pass_days(8);
    CHECK(box.keys("b.org") == second);
    CHECK(box.files() == 2);
    box.pass_days(20);
    CHECK(box.files() == 1);
}

TEST_CASE("a policy rolls all its zones to one successor", "[sharing]") {
    Sharing box;
    box.add("a.org");
    box.add("b.org");
    box.pass_days(6);
    const auto first = box.keys("a.org");
    SECTION("by hand") {
        expect(box.kaspar({"key", "roll", "--policy", "test", "--role", "csk"}));
    }
    SECTION("in an emergency") {
        const auto one =
            box.kaspar({"key", "roll", "a.org", "--role", "csk", "--emergency", "--dry-run"});
        expect(one);
        CHECK(says(one, "is also the key of b.org"));
        const auto all =
            box.json({"key", "roll", "--policy", "test", "--role", "csk", "--dry-run"});
        REQUIRE(all.size() == 2);
        CHECK(all[1]["zone"] == "b.org");
        expect(box.enforcer());
        CHECK(box.keys("a.org") == first);
        expect(box.kaspar({"key", "roll", "--policy", "test", "--role", "csk", "--emergency"}));
    }
    box.pass_days(10);
    CHECK(box.keys("a.org") != first);
    CHECK(box.keys("b.org") == box.keys("a.org"));
    CHECK(box.files() == 2);
    box.pass_days(20);
    CHECK(box.files() == 1);
}

TEST_CASE("lifetimes count from a shared key's first use anywhere", "[sharing]") {
    Sharing box("60d");
    box.add("a.org");
    box.pass_days(30);
    box.add("b.org");
    box.pass_days(15);
    const auto first = box.keys("b.org");
    CHECK(first == box.keys("a.org"));
    box.pass_days(30);
    CHECK(box.keys("b.org") == box.keys("a.org"));
    CHECK(box.keys("b.org") != first);
}

TEST_CASE("a zone paused for long takes the newest key, and none that it had", "[sharing]") {
    Sharing box;
    box.add("a.org");
    box.add("b.org");
    box.pass_days(6);
    expect(box.kaspar({"zone", "pause", "b.org"}));
    for (int roll = 0; roll < 2; ++roll) {
        expect(box.kaspar({"key", "roll", "a.org", "--role", "csk"}));
        box.pass_days(12);
    }
    expect(box.kaspar({"zone", "resume", "b.org"}));
    expect(box.kaspar({"key", "roll", "b.org", "--role", "csk"}));
    box.pass_days(12);
    CHECK(box.keys("b.org") == box.keys("a.org"));
    // Now both have all there are: the next successor is a new key.
    expect(box.kaspar({"key", "roll", "b.org", "--role", "csk"}));
    box.pass_days(12);
    CHECK(box.keys("b.org") != box.keys("a.org"));
}

TEST_CASE("a removed zone's keys are kept, and no key of it is shared any more", "[sharing]") {
    Sharing box;
    box.add("a.org");
    box.pass_days(6);
    const auto first = box.keys("a.org");
    expect(box.kaspar({"zone", "remove", "a.org", "--force"}));
    box.zones.clear();
    box.add("b.org");
    CHECK(box.keys("b.org") != first);
    box.pass_days(30);
    CHECK(box.files() == 2);
}

TEST_CASE("purging the keys of one zone leaves the others theirs", "[sharing]") {
    Sharing box;
    box.add("a.org");
    box.add("b.org");
    box.pass_days(6);
    expect(box.kaspar({"zone", "remove", "a.org", "--force", "--purge-keys"}));
    box.zones = {"b.org"};
    CHECK(box.files() == 1);
    box.pass_days(3);
    CHECK(box.kaspar({"health"}).status == 0);
    expect(box.kaspar({"zone", "remove", "b.org", "--force", "--purge-keys"}));
    CHECK(box.files() == 0);
}

TEST_CASE("a person purges what is out of use and nothing else, and retires a key", "[sharing]") {
    Sharing box;
    box.add("a.org");
    box.pass_days(6);
    const auto first = std::to_string(*box.keys("a.org").begin());
    const auto in_use = box.kaspar({"key", "purge", "a.org", "--key", first});
    CHECK(in_use.status == 1);
    CHECK(says(in_use, "is in use"));
    CHECK(box.kaspar({"key", "purge", "a.org", "--key", "1"}).status == 1);
    CHECK(box.kaspar({"key", "retire", "a.org", "--key", "1"}).status == 1);

    expect(box.kaspar({"key", "retire", "a.org", "--key", first}));
    box.pass_days(2);
    const auto leaving = box.kaspar({"key", "purge", "a.org", "--key", first});
    CHECK(leaving.status == 1);
    CHECK(says(leaving, "caches may still hold"));
    CHECK(box.files() == 2);
    box.pass_days(8);
    CHECK(box.keys("a.org").size() == 1);
    CHECK(box.files() == 2);
    expect(box.kaspar({"key", "purge", "a.org"}));
    CHECK(box.files() == 1);
    CHECK(box.json({"key", "list"})[0]["state"] == "purged");
}

TEST_CASE("a key store that cannot remove a key delays nothing else", "[sharing][incident]") {
    Sharing box;
    box.add("a.org");
    box.pass_days(6);
    expect(box.kaspar({"key", "roll", "a.org", "--role", "csk"}));
    box.pass_days(10);
    REQUIRE(box.keys("a.org").size() == 1);
    const auto old = box.json({"key", "list"})[0]["locator"].get<std::string>();
    // A folder in the file's place cannot be removed as a file.
    const auto file = box / ("keys/" + old + ".p8");
    std::filesystem::remove(file);
    std::filesystem::create_directories(file / "full");
    box.add("b.org");
    box.wait(240h);
    box.sign("b.org");
    const auto pass = box.enforcer();
    CHECK(pass.status == 1);
    CHECK(says(pass, "removing"));
    CHECK(box.json({"key", "list", "a.org"})[0]["state"] == "ready");
    CHECK(box.instructed("b.org").keys.size() == 1);

    std::filesystem::remove_all(file);
    expect(box.enforcer());
    CHECK(box.json({"key", "list", "a.org"})[0]["state"] == "purged");
}

}  // namespace sharing_test

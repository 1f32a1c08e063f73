// What an edited policy would do, told before it is in force; and nothing is done.
#include <fmt/format.h>

#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace policy_diff_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string zone = "example.org";

struct Standing {
    std::string database, status, log;
    bool operator==(const Standing&) const = default;
};

Standing standing(const Sandbox& box) {
    return {box.read(box / "state/kaspar.db"), box.json({"status"}).dump(),
            box.json({"log"}).dump()};
}

/// The diff against an edit that replaces `from` by `to` everywhere. Checks that nothing changes.
CommandResult diff(const Sandbox& box, const std::string& from, const std::string& to,
                   std::vector<std::string> options = {}) {
    box.edit_policy(from, to, "edited.json");
    const Standing before = standing(box);
    options.insert(options.begin(), {"policy", "diff", "test", (box / "edited.json").string()});
    const auto result = box.kaspar(options);
    CHECK(standing(box) == before);
    return result;
}

}  // namespace

TEST_CASE("policy diff says plainly what an edit would do, and does nothing", "[policy-diff]") {
    Sandbox box;
    box.make_secure();
    box.write("second.example", "not read\n");
    expect(box.add_zone("second.example"));
    expect(box.enforcer());

    SECTION("nothing") {
        const auto told = diff(box, "", "");
        expect(told);
        CHECK(told.output == "nothing is changed; no zone is affected\n");
    }
    SECTION("algorithm") {
        const auto told = diff(box, "ecdsap256sha256", "ed25519");
        expect(told);
        CHECK(told.output.rfind("2 zones change algorithm: 13 → 15 (ecdsap256sha256 → ed25519)\n",
                                0) == 0);
        CHECK(says(told, "keys[0].algorithm: ecdsap256sha256 → ed25519"));
        CHECK(says(told, "make new ksk 1 (ed25519)"));
        const auto all = json::parse(diff(box, "ecdsap256sha256", "ed25519", {"--json"}).output);
        CHECK(all["zones"].size() == 2);
        CHECK(all["fields"][0]["from"] == "ecdsap256sha256");
        const auto& first = all["zones"][0]["events"][0];
        CHECK(first["before"].is_null());
        CHECK(first["after"] == to_rfc3339(box.now()));
    }
    SECTION("lifetime") {
        const auto all = json::parse(diff(box, "\"90d\"", "\"60d\"", {"--json"}).output);
        const auto& first = all["zones"][0]["events"][0];
        CHECK(first["what"] == "make new zsk 1 (ecdsap256sha256)");
        CHECK(*parse_rfc3339(first["before"].get<std::string>()) -
                  *parse_rfc3339(first["after"].get<std::string>()) ==
              24h * 30);
        const auto told = diff(box, "\"90d\"", "\"60d\"");
        CHECK(says(told, "keys[1].lifetime: 90d → 60d"));
        CHECK(says(told, "2 zones roll their keys at other times"));
    }
    SECTION("standby keys take nobody's place") {
        const auto told = diff(box, "\"90d\"", "\"90d\", \"standby\": 2");
        expect(told);
        CHECK(told.output.rfind("2 zones change their standby keys: 0 → 2\n", 0) == 0);
        CHECK_FALSE(says(told, "replace keys at once"));
    }
    SECTION("a value that moves no key") {
        const auto told = diff(box, "\"purge_after\": \"10d\"",
                               "\"purge_after\": \"10d\" }, \"denial\": { \"type\": \"nsec3\"");
        expect(told);
        CHECK(says(told, "no roll of any zone is affected within a year; 2 zones are signed"));
        CHECK(says(told, "denial.type: nsec → nsec3"));
    }
    SECTION("going insecure") {
        const std::string text = box.read(box / "policies/test.json");
        const auto from = text.find("\"keys\": [") + 9, to = text.find(']', from);
        const auto told = diff(box, text.substr(from, to - from), "");
        expect(told);
        CHECK(told.output.rfind("2 zones would go insecure: the DS goes first", 0) == 0);
        CHECK(says(told, "going insecure: ask the"));
    }
}

TEST_CASE("policy diff refuses what cannot be carried out", "[policy-diff]") {
    Sandbox box;
    box.make_secure();
    const auto refuse = [&](const std::string& from, const std::string& to,
                            const std::string& words) {
        const auto told = diff(box, from, to);
        CHECK(told.status == 1);
        CHECK(told.output.empty());
        CHECK(says(told, words));
    };
    refuse("\"version\": 1,", "\"version\": 1", "expected");
    refuse("\"1d\"", "\"one day\"", "zone.max_ttl");
    refuse("\"local\"", "\"vault\"", "there is no key store 'vault'");
    refuse("\"role\": \"ksk\"", "\"role\": \"zsk\"", "there is no ksk");
    CHECK(box.kaspar({"policy", "diff", "test", (box / "nowhere.json").string()}).status == 1);
    CHECK(box.kaspar({"policy", "diff", "tset", (box / "policies/test.json").string()}).status ==
          1);
}

TEST_CASE("policy diff of a policy that no zone has", "[policy-diff]") {
    Sandbox box;
    const auto told = diff(box, "\"90d\"", "\"60d\"");
    expect(told);
    CHECK(says(told, "no zone has this policy; no zone is affected"));
}

}  // namespace policy_diff_test

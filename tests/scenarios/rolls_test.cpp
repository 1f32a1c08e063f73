// Rolls as a person starts, approves and takes them back; and what is refused, with nothing
// changed.
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace rolls_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

void pass_days(Sandbox& box, int days) {
    for (int day = 0; day < days; ++day) {
        box.sign();
        expect(box.enforcer());
        box.wait(24h);
    }
}

/// Everything that a refusal must leave as it was.
std::string standing(const Sandbox& box) {
    return box.json({"status", "example.org"}).dump() + box.json({"key", "list"}).dump() +
           box.json({"log"}).dump() + box.read(box.instruction());
}

void refuse(const Sandbox& box, const std::vector<std::string>& command, const std::string& words,
            int status = 1) {
    const std::string before = standing(box);
    const auto result = box.kaspar(command);
    CHECK(result.status == status);
    CHECK(says(result, words));
    CHECK(result.output.empty());
    CHECK(standing(box) == before);
}

std::string tag_of(const nlohmann::json& key) {
    return key["tag"].dump();
}

}  // namespace

TEST_CASE("a roll is taken back with --abort, and the old key stays", "[rolls]") {
    Sandbox box;
    box.make_secure();
    const auto old = tag_of(box.key("ksk"));
    expect(box.kaspar({"key", "roll", "example.org", "--role", "ksk"}));
    expect(box.enforcer());
    REQUIRE(box.json({"key", "list"}).size() == 3);
    const auto aborted = box.kaspar({"key", "roll", "example.org", "--role", "ksk", "--abort"});
    expect(aborted);
    CHECK(says(aborted, "the old key stays"));
    pass_days(box, 6);
    CHECK(tag_of(box.key("ksk")) == old);
    CHECK(box.instructed().keys.size() == 2);
    refuse(box, {"key", "roll", "example.org", "--role", "ksk", "--abort"}, "no roll of that role");
}

TEST_CASE("a roll that the lifetime began is taken back for good, and begins again when approved",
          "[rolls]") {
    Sandbox box;
    std::string policy = box.read(box / "policies/test.json");
    policy.replace(policy.find("unlimited"), std::string("unlimited").size(), "60d");
    box.write("policies/test.json", policy);
    box.make_secure();
    const auto old = tag_of(box.key("ksk"));
    pass_days(box, 60);
    REQUIRE(tag_of(box.key("ksk")) != old);
    const auto aborted = box.kaspar({"key", "roll", "example.org", "--role", "ksk", "--abort"});
    expect(aborted);
    CHECK(says(aborted, "only after `kaspar approve example.org`"));
    expect(box.enforcer());
    if (!box.json({"status", "example.org"})["ds_to_go"].empty()) {
        expect(box.kaspar({"ds", "seen", "example.org"}));
        expect(box.kaspar({"ds", "gone", "example.org"}));
        pass_days(box, 2);
        expect(box.kaspar({"ds", "seen", "example.org"}));
        expect(box.kaspar({"ds", "gone", "example.org"}));
    }
    pass_days(box, 10);
    CHECK(tag_of(box.key("ksk")) == old);
    CHECK(box.instructed().keys.size() == 2);
    CHECK(says(box.kaspar({"explain", "example.org"}), "a person took its roll back"));
    expect(box.kaspar({"approve", "example.org"}));
    expect(box.enforcer());
    CHECK(tag_of(box.key("ksk")) != old);
}

TEST_CASE("a roll whose DS was asked for turns back once the parent has answered", "[rolls]") {
    Sandbox box;
    box.make_secure();
    const auto old = tag_of(box.key("ksk"));
    expect(box.kaspar({"key", "roll", "example.org", "--role", "ksk"}));
    expect(box.enforcer());
    pass_days(box, 2);
    REQUIRE(box.json({"ds", "show", "example.org"})[0]["tag"].dump() != old);
    const auto fresh = box.json({"ds", "show", "example.org"})[0]["tag"].dump();
    expect(box.kaspar({"key", "roll", "example.org", "--role", "ksk", "--abort"}));
    expect(box.enforcer());
    CHECK(box.json({"ds", "show", "example.org"})[0]["tag"].dump() == fresh);
    SECTION("it has the new one") {
        expect(box.kaspar({"ds", "seen", "example.org"}));
        expect(box.kaspar({"ds", "gone", "example.org"}));
    }
    SECTION("the request was withdrawn") {
        expect(box.kaspar({"ds", "gone", "example.org", "--key", fresh}));
    }
    pass_days(box, 2);
    CHECK(box.json({"ds", "show", "example.org"})[0]["tag"].dump() == old);
}

TEST_CASE("where the policy wants approval, a KSK roll waits for it and a ZSK roll does not",
          "[rolls]") {
    Sandbox box;
    std::string policy = box.read(box / "policies/test.json");
    policy.insert(policy.find('{') + 1, R"( "approve": "ksk", )");
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"unlimited", "60d"}})
        if (const auto at = policy.find(from); at != std::string::npos)
            policy.replace(at, from.size(), to);
    box.write("policies/test.json", policy);
    box.make_secure();
    refuse(box, {"approve", "example.org"}, "waits for approval");
    const auto old = tag_of(box.key("ksk"));
    pass_days(box, 60);
    CHECK(tag_of(box.key("ksk")) == old);
    const auto health = box.kaspar({"health"});
    CHECK(health.status == 1);
    CHECK(says(health, "kaspar approve example.org"));
    expect(box.kaspar({"approve", "example.org"}));
    expect(box.enforcer());
    CHECK(tag_of(box.key("ksk")) != old);
}

TEST_CASE("an emergency roll needs no approval and waits for no margin", "[rolls]") {
    Sandbox box;
    box.make_secure();
    const auto old = tag_of(box.key("zsk"));
    const auto rolled = box.kaspar({"key", "roll", "example.org", "--role", "zsk", "--emergency"});
    expect(rolled);
    CHECK(says(rolled, "what zsk " + old + " signs is believed until"));
    expect(box.enforcer());
    CHECK(box.instructed().keys.size() == 3);
    std::size_t signing = 0;
    for (const auto& key : box.instructed().keys)
        signing += key.sign_zone ? 1 : 0;
    CHECK(signing == 2);
    refuse(box, {"key", "roll", "example.org", "--role", "zsk", "--abort"}, "may not come back");
    pass_days(box, 3);
    CHECK(box.instructed().keys.size() == 2);
}

TEST_CASE("an unsafe roll wants the zone's name again, and is logged with what it breaks",
          "[rolls]") {
    Sandbox box;
    box.make_secure();
    const std::vector<std::string> roll{"key", "roll",        "example.org", "--role",
                                        "ksk", "--emergency", "--unsafe"};
    auto wrong = roll, right = roll;
    wrong.push_back("example.com");
    right.push_back("example.org");
    refuse(box, wrong, "repeat its name", 2);
    refuse(box, {"key", "roll", "example.org", "--role", "ksk", "--unsafe", "example.org"},
           "--emergency", 2);
    expect(box.kaspar(right));
    expect(box.enforcer());
    box.sign();
    expect(box.enforcer());
    const std::string log = box.json({"log", "example.org"}).dump();
    CHECK(log.find("UNSAFE") != std::string::npos);
    CHECK(log.find("would not validate") != std::string::npos);
    CHECK(box.json({"ds", "show", "example.org"})[0]["tag"] == box.key("ksk")["tag"]);
}

TEST_CASE("words about a DS that nobody waits for are refused", "[rolls]") {
    Sandbox box;
    box.make_secure();
    const auto zsk = tag_of(box.key("zsk")), ksk = tag_of(box.key("ksk"));
    refuse(box, {"ds", "seen", "example.org", "--key", "1"}, "does not wait for the DS of key 1");
    refuse(box, {"ds", "seen", "example.org", "--key", zsk}, "does not wait for the DS of key");
    refuse(box, {"ds", "seen", "example.org", "--key", ksk}, "does not wait for the DS of key");
    refuse(box, {"ds", "seen", "example.org"}, "kaspar status example.org");
    refuse(box, {"ds", "gone", "example.org"}, "kaspar status example.org");
    refuse(box, {"ds", "gone", "example.org", "--key", ksk}, "does not wait");
}

TEST_CASE("a roll that an edited policy began is taken back by editing it, and --abort says so",
          "[rolls]") {
    Sandbox box;
    box.make_secure();
    const auto old = tag_of(box.key("ksk"));
    const std::string policy = box.read(box / "policies/test.json");
    std::string edited = policy;
    for (auto at = edited.find("ecdsap256sha256"); at != std::string::npos;
         at = edited.find("ecdsap256sha256", at))
        edited.replace(at, 15, "ed25519");
    box.write("policies/test.json", edited);
    expect(box.enforcer());
    refuse(box, {"key", "roll", "example.org", "--role", "ksk", "--abort"}, "put the policy back");
    box.write("policies/test.json", policy);
    pass_days(box, 3);
    CHECK(tag_of(box.key("ksk")) == old);
    CHECK(box.instructed().keys.size() == 2);
}

TEST_CASE("an emergency roll that is asked for twice gives up no key that it made", "[rolls]") {
    Sandbox box;
    box.make_secure();
    const auto old = tag_of(box.key("ksk"));
    const std::vector<std::string> roll{"key",    "roll", "example.org",
                                        "--role", "ksk",  "--emergency"};
    expect(box.kaspar(roll));
    refuse(box, roll, "is under way");  // before the next pass, too
    expect(box.enforcer());
    refuse(box, roll, "is under way");
    const auto fresh = tag_of(box.key("ksk"));
    REQUIRE(fresh != old);
    auto hastened = roll, both = roll;
    hastened.insert(hastened.end(), {"--key", old, "--unsafe", "example.org"});
    expect(box.kaspar(hastened));
    box.sign();
    expect(box.enforcer());
    CHECK(box.json({"ds", "show", "example.org"})[0]["tag"].dump() == fresh);
    both.insert(both.end(), {"--key", fresh});
    expect(box.kaspar(both));
    expect(box.enforcer());
    CHECK(tag_of(box.key("ksk")) != fresh);
}

TEST_CASE("a roll that the policy has no key for is refused", "[rolls]") {
    Sandbox box;
    box.make_secure();
    refuse(box, {"key", "roll", "example.org", "--role", "csk"}, "no key of that role");
    refuse(box, {"key", "roll", "example.org", "--role", "kks"}, "say ksk, zsk or csk", 2);
    refuse(box, {"key", "roll", "example.org", "--role", "csk", "--emergency"}, "no csk in play");
    refuse(box, {"key", "roll", "example.org", "--role", "zsk", "--emergency", "--key", "1"},
           "no zsk 1 in play");
    refuse(box, {"key", "roll", "example.org", "--role", "csk", "--abort"}, "no roll of that role");
}

}  // namespace rolls_test

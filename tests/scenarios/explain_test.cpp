// What `kaspar explain` says of who or what holds a zone, and the command that moves it.
#include <fmt/format.h>

#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace explain_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string zone = "example.org";

json record_of(const json& explained, const std::string& role, const std::string& record) {
    json found;
    for (const auto& one : explained["records"])
        if (one["role"] == role && one["record"] == record)
            found = one;
    INFO(explained.dump(2));
    REQUIRE(!found.is_null());
    return found;
}

json wait_with_command(const json& explained, const std::string& command) {
    for (const auto& wait : explained["waits"])
        if (wait["command"] == command)
            return wait;
    INFO(explained.dump(2));
    FAIL("no wait has the command " << command);
    return {};
}

}  // namespace

TEST_CASE("explain: a new zone waits for the enforcer, the signer, the caches, the DS",
          "[explain]") {
    Sandbox box;
    expect(box.add_zone());
    (void)wait_with_command(box.json({"explain", zone}), "kaspar-enforcer once");
    expect(box.enforcer());
    auto told = box.json({"explain", zone});
    CHECK(told["good"] == false);
    (void)wait_with_command(told, "kaspar-signer once --zone example.org");
    auto dnskey = record_of(told, "ksk", "dnskey");
    CHECK(dnskey["on"] == "signer");
    CHECK(dnskey["until"].is_null());
    CHECK(dnskey["command"] == "kaspar-signer once --zone example.org");

    box.sign();
    expect(box.enforcer());
    told = box.json({"explain", zone});
    dnskey = record_of(told, "ksk", "dnskey");
    CHECK(dnskey["on"] == "time");
    CHECK(dnskey["until"] == to_rfc3339(box.now() + 2h + 5min));
    CHECK(dnskey["expected"] == dnskey["until"]);
    auto ds = record_of(told, "ksk", "ds");
    CHECK(ds["state"] == "hidden");
    CHECK(ds["goal"] == "omnipresent");
    CHECK(ds["waits_for"].get<std::string>().find("to ask the parent for DS") != std::string::npos);
    CHECK(ds["until"] == to_rfc3339(box.now() + 24h + 5min));
    CHECK(ds["expected"] == to_rfc3339(box.now() + 24h + 5min + 25h));
    CHECK(ds["command"].is_null());
    CHECK(box.key("ksk")["waiting"].get<std::string>().find(
              ", safe from " + to_rfc3339(box.now() + 24h + 5min)) != std::string::npos);

    box.wait(25h);
    expect(box.enforcer());
    ds = record_of(box.json({"explain", zone}), "ksk", "ds");
    CHECK(ds["on"] == "parent");
    CHECK(ds["command"] == "kaspar ds seen example.org");
    CHECK(says(box.kaspar({"explain", zone}), "when you say so: kaspar ds seen example.org"));
    expect(box.kaspar({"ds", "seen", zone}));
    box.sign();
    box.wait(25h);
    expect(box.enforcer());
    told = box.json({"explain", zone});
    CHECK(told["good"] == true);
    CHECK(told["next_event"]["kind"] == "key_made");
    const auto text = box.kaspar({"explain", zone});
    CHECK(says(text, "everything is where it should be"));
    CHECK(says(text, "make new zsk 1 (ecdsap256sha256) (the lifetime of "));
}

TEST_CASE("explain: a roll waits for the old DS to go, for a signer, for a pause to end",
          "[explain]") {
    Sandbox box;
    box.make_secure();
    expect(box.kaspar({"key", "roll", zone, "--role", "ksk"}));
    expect(box.enforcer());
    SECTION("signer") {
        box.wait(240h);
        expect(box.enforcer());
        const auto told = box.json({"explain", zone});
        CHECK(record_of(told, "ksk", "ds")["on"] == "signer");
        (void)wait_with_command(told, "kaspar-signer once --zone example.org");
    }
    SECTION("pause") {
        expect(box.kaspar({"zone", "pause", zone}));
        const auto told = box.json({"explain", zone});
        (void)wait_with_command(told, "kaspar zone resume example.org");
        CHECK(record_of(told, "ksk", "ds")["on"] == "pause");
        CHECK(record_of(told, "ksk", "ds")["command"] == "kaspar zone resume example.org");
    }
    SECTION("DS") {
        box.sign();
        expect(box.enforcer());
        box.wait(10h);
        expect(box.enforcer());
        expect(box.kaspar({"ds", "seen", zone}));
        const auto old_ds = [&] {
            const json told = box.json({"explain", zone});
            json old;
            for (const auto& one : told["records"])
                if (one["record"] == "ds" && one["goal"] == "hidden")
                    old = one;
            return old;
        };
        CHECK(old_ds()["state"] == "unretentive");
        CHECK(old_ds()["on"] == "parent");
        CHECK(old_ds()["command"] == "kaspar ds gone example.org");
        expect(box.kaspar({"ds", "gone", zone}));
        CHECK(old_ds()["on"] == "time");
        CHECK(old_ds()["until"] == to_rfc3339(box.now() + 25h));
    }
}

TEST_CASE("explain: approval, a policy file that is broken, a key that is missing", "[explain]") {
    Sandbox box;
    box.make_secure();
    SECTION("approval") {
        box.edit_policy("\"version\": 1,", "\"version\": 1, \"approve\": \"all\",");
        box.wait(24h * 100);
        box.sign();
        expect(box.enforcer());
        const auto wait =
            wait_with_command(box.json({"explain", zone}), "kaspar approve example.org");
        CHECK(wait["who"] == "you");
        CHECK(says(box.kaspar({"forecast", zone}), "`kaspar approve example.org`"));
    }
    SECTION("policy") {
        box.write("policies/test.json", "{");
        (void)box.enforcer();
        CHECK(says(box.kaspar({"explain", zone}), "is not in force"));
        CHECK(says(box.kaspar({"forecast", zone}), "but: policy test"));
    }
    SECTION("key") {
        for (const auto& file : std::filesystem::directory_iterator(box / "keys"))
            std::filesystem::remove(file);
        expect(box.kaspar({"key", "roll", zone, "--role", "zsk"}));
        CHECK(box.enforcer().status == 1);
        const auto told = box.json({"explain", zone});
        CHECK(told["good"] == false);
        REQUIRE(told["waits"].size() == 1);  // no pass of the enforcer would help
        CHECK(told["waits"][0]["what"] == "the zone stands still");
        CHECK(says(box.kaspar({"explain", zone}), "next, once that is mended"));
        CHECK(says(box.kaspar({"forecast", zone}), "but: the zone stands still"));
    }
}

}  // namespace explain_test

// A new zone, from `kaspar zone add` to a DS in every cache; told as an operator sees it.
#include "tests/scenarios/sandbox.h"
#include "tests/support/catch.h"

namespace first_signing_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

struct States {
    std::string ds, dnskey, dnskey_signature, zone_signatures;
    bool operator==(const States&) const = default;
};

States states(const nlohmann::json& key) {
    return {key["ds"], key["dnskey"], key["dnskey_signature"], key["zone_signatures"]};
}

std::ostream& operator<<(std::ostream& out, const States& s) {
    return out << s.ds << ' ' << s.dnskey << ' ' << s.dnskey_signature << ' ' << s.zone_signatures;
}

/// A zone whose DS waits for the operator.
void sign_until_ds(Sandbox& box) {
    expect(box.add_zone());
    expect(box.enforcer());
    box.sign();
    expect(box.enforcer());
    box.wait(26h);
    expect(box.enforcer());
}

}  // namespace

TEST_CASE("a new zone's DS is asked for once no cache holds the unsigned zone", "[scenario]") {
    Sandbox box;
    expect(box.add_zone());
    expect(box.enforcer());
    CHECK(states(box.key("ksk")) == States{"hidden", "rumoured", "rumoured", "na"});
    CHECK(states(box.key("zsk")) == States{"na", "rumoured", "na", "rumoured"});
    CHECK(box.json({"ds", "show", "example.org"}).empty());

    // Nothing moves before the signer reports.
    box.wait(48h);
    expect(box.enforcer());
    CHECK(box.json({"ds", "show", "example.org"}).empty());
    CHECK(box.json({"status", "example.org"})["serial"].is_null());

    box.sign();
    CHECK(box.json({"status", "example.org"})["next_event"] == to_rfc3339(box.now()));
    expect(box.enforcer());
    const auto status = box.json({"status", "example.org"});
    CHECK(status["first_expiry"] == to_rfc3339(box.now() + 14 * 24h));
    // Data with a TTL of a day, five minutes of propagation, and publication safety for the DNSKEY.
    CHECK(status["next_event"] == to_rfc3339(box.now() + 24h + 5min));

    box.wait(24h + 5min - 1s);
    expect(box.enforcer());
    CHECK(box.json({"ds", "show", "example.org"}).empty());
    box.wait(1s);
    expect(box.enforcer());
    const auto shown = box.kaspar({"ds", "show", "example.org"});
    expect(shown);
    const std::string tag = std::to_string(box.key("ksk")["tag"].get<int>());
    CHECK(shown.output.rfind("example.org. 86400 IN DS " + tag + " 13 2 ", 0) == 0);
    CHECK(std::count(shown.output.begin(), shown.output.end(), '\n') == 1);
    CHECK(box.instructed().cds.size() == 1);
}

TEST_CASE("the DS is in every cache once the operator's word is older than its TTL", "[scenario]") {
    Sandbox box;
    sign_until_ds(box);
    CHECK(states(box.key("ksk")) == States{"rumoured", "omnipresent", "omnipresent", "na"});
    expect(box.kaspar({"ds", "seen", "example.org"}));
    CHECK(box.key("ksk")["ds"] == "rumoured");
    box.wait(25h);
    expect(box.enforcer());
    CHECK(states(box.key("ksk")) == States{"omnipresent", "omnipresent", "omnipresent", "na"});
    CHECK(states(box.key("zsk")) == States{"na", "omnipresent", "na", "omnipresent"});
    const auto again = box.kaspar({"ds", "seen", "example.org"});
    CHECK(again.status == 1);
    CHECK(again.errors.find("does not wait") != std::string::npos);

    const auto log = box.kaspar({"log", "example.org"});
    CHECK(log.output.find("DS of ksk") != std::string::npos);
    CHECK(log.output.find("rumoured -> omnipresent") != std::string::npos);
}

TEST_CASE("status ends each wait with the command that moves it", "[scenario]") {
    Sandbox box;
    sign_until_ds(box);
    const auto waits = box.json({"status", "example.org"})["waits"];
    REQUIRE(waits.size() == 1);
    CHECK(waits[0]["on"] == "parent");
    CHECK(waits[0]["command"] == "kaspar ds seen example.org");
    const auto shown = box.kaspar({"status", "example.org"}).output;
    CHECK(shown.find("waits for parent") < shown.find("\n  kaspar ds seen example.org\n"));
    CHECK(shown.find("\n  kaspar ds seen example.org\n") != std::string::npos);
    expect(box.kaspar({"zone", "pause", "example.org"}));
    CHECK(box.kaspar({"status", "example.org"}).output.find("kaspar zone resume example.org") !=
          std::string::npos);
}

TEST_CASE("the time left to the first expiry is the first thing that every status shows",
          "[scenario]") {
    Sandbox box;
    for (const std::string zone : {"z.example", "a.example"}) {
        expect(box.add_zone(zone));
        expect(box.enforcer());
        box.sign(zone);
        box.wait(24h);
    }
    const auto one = box.kaspar({"status", "z.example"}).output;
    CHECK(one.starts_with("first expiry  12d (2026-12-08T00:00:00Z)\n"));
    const auto all = box.kaspar({"status"}).output;
    CHECK(all.starts_with("expires in "));
    CHECK(all.find("\n12d ") < all.find("\n13d "));
    CHECK(all.find("z.example") < all.find("a.example"));
}

TEST_CASE("key list tells the states of a key's records as status does", "[scenario]") {
    Sandbox box;
    REQUIRE(box.add_zone().status == 0);
    REQUIRE(box.enforcer().status == 0);
    box.sign();
    box.wait(3h);
    REQUIRE(box.enforcer().status == 0);
    const auto keys = box.json({"key", "list"});
    const auto ksk = box.key("ksk");
    REQUIRE(keys[0]["tag"] == ksk["tag"]);
    for (const std::string record : {"ds", "dnskey", "dnskey_signature", "zone_signatures"})
        CHECK(keys[0]["states"][record] == ksk[record]);
    const auto table = box.kaspar({"key", "list"}).output;
    CHECK(table.find("DS hidden") != std::string::npos);
}

TEST_CASE("a second pass changes nothing and gives no new instruction", "[scenario]") {
    Sandbox box;
    expect(box.add_zone());
    expect(box.enforcer());
    const std::string before = box.read(box.instruction());
    expect(box.enforcer());
    CHECK(box.read(box.instruction()) == before);
    CHECK(box.json({"status", "example.org"})["generation"] == 1);
    CHECK(box.json({"key", "list"}).size() == 2);
}

TEST_CASE("a ZSK rolls when a person asks, and the old one is purged when it is time",
          "[scenario]") {
    Sandbox box;
    sign_until_ds(box);
    expect(box.kaspar({"ds", "seen", "example.org"}));
    const auto old = box.key("zsk")["tag"];
    expect(box.kaspar({"key", "roll", "example.org", "--role", "zsk"}));
    expect(box.enforcer());
    CHECK(box.key("zsk")["tag"] != old);
    for (int day = 0; day < 6; ++day) {
        box.sign();
        expect(box.enforcer());
        box.wait(24h);
    }
    expect(box.enforcer());
    CHECK(states(box.key("zsk")) == States{"na", "omnipresent", "na", "omnipresent"});
    CHECK(box.instructed().keys.size() == 2);
    CHECK(box.json({"key", "list", "example.org"})[1]["state"] == "ready");
    const auto keys_before = std::distance(std::filesystem::directory_iterator(box / "keys"), {});
    box.wait(240h);
    expect(box.enforcer());
    CHECK(box.json({"key", "list", "example.org"})[1]["state"] == "purged");
    CHECK(std::distance(std::filesystem::directory_iterator(box / "keys"), {}) == keys_before - 1);
}

TEST_CASE("a zone goes insecure: the DS first, then signatures and keys", "[scenario]") {
    Sandbox box;
    sign_until_ds(box);
    expect(box.kaspar({"ds", "seen", "example.org"}));
    box.wait(48h);
    box.sign();
    expect(box.enforcer());
    box.write("policies/none.json", R"({ "version": 1, "keys": [] })");
    expect(box.kaspar({"zone", "set-policy", "example.org", "none"}));
    expect(box.enforcer());
    CHECK(box.json({"ds", "show", "example.org"}).empty());
    CHECK(box.instructed().cds_delete);
    CHECK(box.instructed().keys.size() == 2);

    expect(box.kaspar({"ds", "gone", "example.org"}));
    box.wait(72h);
    expect(box.enforcer());
    CHECK(box.instructed().keys.empty());
}

}  // namespace first_signing_test

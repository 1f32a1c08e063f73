// Keys in tokens before they are used, whole programs: backed up, made ahead, imported; their
// public halves exported; and what `kaspar keystore` tells of a token.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/scenarios/token_site.h"
#include "tests/support/catch.h"

namespace token_keys_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

const std::string some_id = "00112233445566778899aabbccddeeff";

std::set<int> tags(const std::vector<nlohmann::json>& keys) {
    std::set<int> found;
    for (const auto& key : keys)
        found.insert(key["tag"].get<int>());
    return found;
}

std::vector<nlohmann::json> reserved(std::vector<nlohmann::json> keys) {
    std::erase_if(keys, [](const nlohmann::json& key) { return !key["reserved"]; });
    return keys;
}

/// A site whose token wants backups. No zone of it is published before.
TokenSite with_backups() {
    return TokenSite(ksk_and_zsk, R"(, "require_backup": true)");
}

/// The enforcer makes the keys of a zone, and the signer gets nothing to sign with them.
void check_unpublished(const TokenSite& site, const std::string& name) {
    expect(site.programs.enforcer());
    expect(site.programs.signer());
    CHECK(site.published(name).empty());  // not unsigned either: there may be a DS for it
}

/// Rows of `kaspar keystore keys` that say so of their key.
std::size_t count_keys(const nlohmann::json& rows, const std::string& words) {
    return static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const nlohmann::json& row) {
            return row["key"].get<std::string>().find(words) != std::string::npos;
        }));
}

/// Words of lower case, one blank between them.
std::string plain(const std::string& text) {
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;) {
        for (char& c : word)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        line += word + " ";
    }
    return line;
}

}  // namespace

TEST_CASE("where a token wants backups, no key is published before its backup is committed",
          "[token]") {
    TokenSite site = with_backups();
    site.add_zone();
    check_unpublished(site, zone);
    const auto check_waits_for = [&](const std::string& command) {
        check_says(site.programs.kaspar({"status", zone}), {command});
        check_says(site.programs.kaspar({"explain", zone}), {command});
        check_complains(site.programs.kaspar({"health"}), {zone + ":", command});
        for (const auto& key : site.json({"key", "list", zone})) {
            CHECK(key["reserved"] == true);
            CHECK(key["active_since"].is_null());
        }
    };
    check_waits_for("kaspar key backup prepare");
    CHECK(site.token.objects().size() == 2 * 2);

    // Taken back: the backup that was prepared did not come about.
    check_says(site.programs.kaspar({"key", "backup", "prepare"}), {"key store hsm: 2 keys"});
    check_unpublished(site, zone);
    check_waits_for("kaspar key backup commit");
    check_says(site.programs.kaspar({"key", "backup", "rollback"}), {"key store hsm: 2 keys"});
    check_says(site.programs.kaspar({"key", "backup", "commit"}), {"key store hsm: 0 keys"});
    check_unpublished(site, zone);
    check_waits_for("kaspar key backup prepare");

    expect(site.programs.kaspar({"key", "backup", "prepare", "hsm"}));
    check_says(site.programs.kaspar({"key", "backup", "commit", "hsm"}), {"hsm: 2 keys"});
    site.work();
    site.check_published(2);
    site.check_good();
    CHECK(site.token.objects().size() == 2 * 2);  // no key was made beside those that waited
}

TEST_CASE("a key made between prepare and commit is not counted as backed up", "[token]") {
    TokenSite site = with_backups();
    site.add_zone();
    check_unpublished(site, zone);
    expect(site.programs.kaspar({"key", "backup", "prepare"}));
    site.add_zone(other);
    check_unpublished(site, other);
    check_says(site.programs.kaspar({"key", "backup", "commit"}), {"key store hsm: 2 keys"});
    check_unpublished(site, other);
    site.check_published(2);
    check_complains(site.programs.kaspar({"health"}), {other + ":", "kaspar key backup prepare"});
    expect(site.programs.kaspar({"key", "backup", "prepare"}));
    check_says(site.programs.kaspar({"key", "backup", "commit"}), {"key store hsm: 2 keys"});
    site.work();
    site.check_published(2, other);
    site.check_good();
}

TEST_CASE("a roll waits for the new key's backup, and the old key goes on", "[token]") {
    TokenSite site = with_backups();
    site.add_zone();
    expect(site.programs.enforcer());
    expect(site.programs.kaspar({"key", "backup", "prepare"}));
    expect(site.programs.kaspar({"key", "backup", "commit"}));
    site.work();
    site.wait(72h);  // all of the first signing is in every cache
    site.work();
    const auto before = site.published();
    expect(site.programs.kaspar({"key", "roll", zone, "--role", "zsk"}));
    expect(site.programs.enforcer());
    expect(site.programs.signer());
    CHECK(site.published() == before);
    check_says(site.programs.kaspar({"status", zone}), {"kaspar key backup prepare"});
    expect(site.programs.kaspar({"key", "backup", "prepare"}));
    expect(site.programs.kaspar({"key", "backup", "commit"}));
    site.work();
    CHECK(site.keys("zsk").size() == 2);
    for (const auto& key : site.keys("zsk"))
        CHECK(site.published().find(key["dnskey"].get<std::string>().substr(0, 40)) !=
              std::string::npos);
}

TEST_CASE("no pass is under way while a command makes keys: it would clear them away", "[token]") {
    TokenSite site;
    site.add_zone();
    expect(site.programs.enforcer());
    const auto lock = (site.programs / "state/enforcer.lock").string();
    const auto generate = [&] {
        return site.programs.kaspar({"key", "generate", zone, "--role", "zsk", "--rolls", "1"});
    };
    site.programs.start_by({"flock", lock, "timeout", "1"});
    CHECK(generate().status == 124);
    site.programs.start_by({});
    check_says(generate(), {"1 key made ahead"});
}

TEST_CASE("keys made ahead are made once, and a roll takes one before any is made", "[token]") {
    TokenSite site(key_line("ksk") + "," +
                   key_line("zsk", R"("hsm")", "ecdsap256sha256", R"(, "lifetime": "90d")"));
    site.sign_first();
    const auto generate = [&](const std::string& how, const std::string& much) {
        return site.programs.kaspar({"key", "generate", zone, "--role", "zsk", how, much});
    };
    check_says(generate("--rolls", "2"), {"2 keys made ahead"});
    check_says(generate("--rolls", "2"), {"0 keys made ahead; the reserve has what is needed"});
    check_says(generate("--period", "1y"), {"3 keys made ahead"});  // 365 / 90, rounded up
    CHECK(generate("--period", "soon").status == 2);
    check_complains(
        site.programs.kaspar({"key", "generate", zone, "--role", "csk", "--rolls", "1"}),
        {"asks for no csk"});
    check_complains(
        site.programs.kaspar({"key", "generate", zone, "--role", "ksk", "--period", "1y"}),
        {"unlimited lifetime", "say --rolls"});
    const auto ahead = tags(reserved(site.keys("zsk")));
    CHECK(ahead.size() == 5);
    const auto before = site.published();
    site.work();
    CHECK(site.published() == before);  // they wait unseen

    site.trouble.rules("");
    expect(site.programs.kaspar({"key", "roll", zone, "--role", "zsk"}));
    site.work();
    CHECK(site.trouble.calls("C_GenerateKeyPair") == 0);
    CHECK(reserved(site.keys("zsk")).size() == 4);
    CHECK(site.keys("zsk").size() == 6);
    check_says(site.programs.kaspar({"log", zone}), {"is taken from the reserve"});
    check_says(generate("--rolls", "5"), {"1 key made ahead"});
}

TEST_CASE("a key that a token has already is imported, proves itself, and the next roll takes it",
          "[token]") {
    TokenSite site;
    site.sign_first();
    make_key(site.token, "kaspar", some_id);
    const auto import = [&](const std::string& id, const std::string& keystore = "hsm",
                            const std::string& role = "zsk") {
        return site.programs.kaspar(
            {"key", "import", zone, "--role", role, "--keystore", keystore, "--id", id});
    };
    SECTION("and is refused where it cannot be used") {
        const auto before = site.json({"key", "list"});
        check_complains(import("ffeeddccbbaa99887766554433221100"),
                        {"has no key ffeeddccbbaa99887766554433221100"});
        check_complains(import(some_id, "local"), {"asks for no zsk", "in key store local"});
        check_complains(import(some_id, "hsm", "csk"), {"asks for no csk"});
        check_complains(import(site.locator("zsk")), {"is in use already"});
        CHECK(import("no digits").status == 2);
        SECTION("two of one id") {
            make_key(site.token, "kaspar", some_id);
            check_complains(import(some_id), {"2 private keys have that id"});
        }
        SECTION("one that signs wrong") {
            site.trouble.rules("C_Sign * flip\n");
            CHECK(import(some_id).status == 1);
            site.trouble.rules("");
        }
        SECTION("one of another kind") {
            site.programs.write("policies/test.json",
                                policy_of(key_line("ksk", R"("hsm")", "ed25519") + "," +
                                          key_line("zsk", R"("hsm")", "ed25519")));
            expect(site.programs.enforcer());
            const auto rolling = site.json({"key", "list"});
            check_complains(import(some_id), {"ecdsap256sha256"});
            CHECK(site.json({"key", "list"}) == rolling);
            return;
        }
        CHECK(site.json({"key", "list"}) == before);
    }
    SECTION("and taken") {
        check_says(import(some_id), {"has proven itself and is in the reserve"});
        check_complains(import(some_id), {"is in use already"});
        const auto imported = tags(reserved(site.keys("zsk")));
        REQUIRE(imported.size() == 1);
        site.trouble.rules("");
        expect(site.programs.kaspar({"key", "roll", zone, "--role", "zsk"}));
        site.work();
        CHECK(site.trouble.calls("C_GenerateKeyPair") == 0);
        CHECK(reserved(site.keys("zsk")).empty());
        expect(site.programs.verify(zone));
    }
}

TEST_CASE("public halves are exported as others write them", "[token]") {
    TokenSite site;
    site.sign_first();
    const auto ksk = site.keys("ksk").at(0);
    const auto tag = ksk["tag"].dump();
    const auto dnskeys = site.programs.kaspar({"key", "export", zone});
    expect(dnskeys);
    CHECK(std::count(dnskeys.output.begin(), dnskeys.output.end(), '\n') == 2);
    check_says(dnskeys, {"example.com. 3600 IN DNSKEY " + ksk["dnskey"].get<std::string>()});

    const auto folder = site.programs / "public";
    std::filesystem::create_directory(folder);
    const auto written = site.programs.kaspar(
        {"key", "export", zone, "--key", tag, "--form", "bind", "--folder", folder.string()});
    expect(written);
    const auto file = folder / fmt::format("Kexample.com.+013+{:05}.key", ksk["tag"].get<int>());
    CHECK(written.output == file.string() + "\n");
    const auto printed =
        site.programs.kaspar({"key", "export", zone, "--key", tag, "--form", "bind"});
    CHECK(printed.output == site.programs.read("public/" + file.filename().string()));

    const auto ds = site.programs.kaspar({"key", "export", zone, "--form", "ds"});
    expect(ds);
    CHECK(std::count(ds.output.begin(), ds.output.end(), '\n') == 1);  // a ZSK has none
    CHECK(ds.output.rfind("example.com. 86400 IN DS " + tag + " 13 2 ", 0) == 0);
    if (has_program("dnssec-dsfromkey")) {
        const auto peer = run({{"dnssec-dsfromkey", "-2", "-T", "86400", file.string()}});
        expect(peer);
        CHECK(plain(peer.output) == plain(ds.output));
    }
    check_complains(site.programs.kaspar({"key", "export", zone, "--key", "1"}),
                    {"the zone has no key"});
}

TEST_CASE("`kaspar keystore` tells what a token holds, what is nobody's and what is missing",
          "[token]") {
    TokenSite site;
    site.sign_first();
    make_key(site.token, "kaspar", some_id);
    expect(site.programs.kaspar({"keystore", "list"}));
    const auto stores = site.json({"keystore", "list"});
    REQUIRE(stores.size() == 2);  // by name: hsm, local
    CHECK(stores[0]["type"] == "pkcs11");
    CHECK(stores[0]["keys"] == 3);
    CHECK(stores[0]["known"] == 2);
    CHECK(stores[0]["orphans"] == 1);
    CHECK(stores[0]["error"].is_null());
    CHECK(stores[1]["keys"] == 0);

    check_says(site.programs.kaspar({"keystore", "keys", "hsm"}), {"orphan"});
    const auto keys = site.json({"keystore", "keys", "hsm"});
    CHECK(count_keys(keys, "orphan: no zone of Kaspar's has it") == 1);
    CHECK(count_keys(keys, "MISSING") == 0);
    CHECK(keys[0]["locator"].get<std::string>().size() == 32);

    lose_key(site.token, site.locator("ksk"));
    check_complains(site.programs.kaspar({"keystore", "keys", "hsm"}), {"MISSING"});
    const auto rest = site.json({"keystore", "keys", "hsm"});
    CHECK(count_keys(rest, "orphan") == 1);
    CHECK(count_keys(rest, "MISSING from the store") == 1);
    CHECK(rest.back()["locator"] == site.locator("ksk"));
    site.wait(2h);
    check_complains(site.programs.kaspar({"health"}), {"is missing from key store hsm"});
    check_complains(site.programs.enforcer(), {"no key is made in its place"});
    CHECK(site.keys("ksk").size() == 1);

    site.token.remove();
    CHECK(site.programs.kaspar({"keystore", "list"}).status == 1);
    const auto away = site.json({"keystore", "list"});
    CHECK_THAT(away[0]["error"].get<std::string>(),
               Catch::Contains("key store hsm (token kaspar): the module shows no token"));
    CHECK(away[1]["error"].is_null());
}

TEST_CASE("`kaspar keystore test` signs a nonce with a key in use, or with one made for it",
          "[token]") {
    TokenSite site;
    check_says(site.programs.kaspar({"keystore", "test", "hsm"}),
               {"hsm: good: a key made for the test signed a nonce, and is removed"});
    CHECK(site.token.objects().empty());
    site.sign_first();
    const auto told = site.programs.kaspar({"keystore", "test"});
    expect(told);
    check_says(told, {"hsm: good:", "of example.com signed a nonce", "local: good:"});
    const auto json = site.json({"keystore", "test"});
    REQUIRE(json.size() == 2);
    CHECK(json[0]["name"] == "hsm");
    CHECK(json[0]["good"] == true);
    CHECK_THAT(json[0]["words"].get<std::string>(),
               Catch::Contains("of example.com signed a nonce"));
    site.trouble.rules("C_Sign * flip\n");
    check_complains(site.programs.kaspar({"keystore", "test", "hsm"}), {"hsm: "});
    site.trouble.rules("");
    CHECK(site.programs.kaspar({"keystore", "test", "another"}).status == 1);
}

TEST_CASE("`kaspar keystore bench` measures each number of sessions and leaves no key behind",
          "[token]") {
    TokenSite site;
    const auto paces = site.json({"keystore", "bench", "hsm", "--sessions", "2"});
    REQUIRE(paces.size() == 2);
    CHECK(paces[0]["sessions"] == 1);
    CHECK(paces[1]["sessions"] == 2);
    for (const auto& pace : paces)
        CHECK(pace["signatures_per_second"].get<double>() > 10);
    CHECK(site.token.objects().empty());
}

}  // namespace token_keys_test

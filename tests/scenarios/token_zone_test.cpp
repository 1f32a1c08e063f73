// Zones with keys in tokens, whole programs: a token that is away, refuses its PIN, is not what the
// configuration says, is full, crashes, hangs or signs wrong, or holds another key than its twin;
// and what becomes of the zone, which stays as it was last until all is well again.
#include <fmt/format.h>

#include <filesystem>

#include "tests/scenarios/token_site.h"
#include "tests/support/catch.h"
#include "tests/support/judges.h"

namespace token_zone_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

TEST_CASE("a token that is away stops only what needs it, and work goes on once it is back",
          "[token]") {
    TokenSite site;
    site.programs.write("policies/files.json", policy_of(key_line("csk", R"("local")")));
    site.add_zone(other, "files");
    site.sign_first();
    site.token.remove();

    site.wait(1h);
    expect(site.programs.signer());  // there is nothing to sign

    site.change(3);
    site.change(3, other);
    const auto since = site.now;
    const auto refused = site.check_refused();
    check_says(refused, {"key store hsm (token kaspar)", "the module shows no token"});
    site.check_published(3, other);
    CHECK(site.programs.enforcer().status == 1);

    site.wait(2h);
    (void)site.check_refused();
    CHECK(site.programs.enforcer().status == 1);
    const auto expiry = site.json({"status", zone})["first_expiry"].get<std::string>();
    const auto failing = fmt::format("key store hsm has not worked since {}", to_rfc3339(since));
    const auto status = site.programs.kaspar({"status"});
    expect(status);
    check_says(status, {failing, "expires in"});
    const auto status_of_zone = site.programs.kaspar({"status", zone});
    check_says(status_of_zone, {failing, expiry});
    const auto health = site.programs.kaspar({"health"});
    CHECK(health.status == 1);
    check_says(health, {failing, fmt::format("it has failed since {}", to_rfc3339(since)), expiry});
    CHECK(said(health).find(other + ":") == std::string::npos);

    site.token.put_back();
    site.work();
    site.check_published(3);
    site.check_good();
}

TEST_CASE("a PIN that is refused is tried once, by whatever program, until its file is mended",
          "[token]") {
    TokenSite site;
    site.sign_first();
    const std::string wrong = "948271";
    SECTION("the file is wrong") {
        site.programs.write_secret("hsm.pin", wrong + "\n");
    }
    SECTION("the PIN was changed at the token") {
        site.token.set_pin(wrong);
    }
    site.change(3);
    site.trouble.rules("");
    for (int run = 0; run < 3; ++run) {
        site.wait(1h);
        for (const auto& result : {site.check_refused(), site.programs.enforcer()}) {
            CHECK(result.status == 1);
            check_says(result, {"hsm", "CKR_PIN_INCORRECT", "put the right PIN in its place"});
            CHECK(said(result).find(wrong) == std::string::npos);
            CHECK(said(result).find("123456") == std::string::npos);
        }
    }
    CHECK(site.trouble.calls("C_Login") == 1);
    const auto health = site.programs.kaspar({"health"});
    CHECK(health.status == 1);
    check_says(health, {"key store hsm has not worked since", "kaspar keystore test"});
    CHECK(site.trouble.calls("C_Login") == 1);

    site.programs.write_secret("hsm.pin", site.token.pin() + "\n");
    site.work();
    site.check_published(3);
    site.check_good();
}

TEST_CASE("a PIN that was refused is tried again only when a person asks for that", "[token]") {
    TokenSite site;
    site.sign_first();
    site.token.set_pin("948271");
    site.change(3);
    (void)site.check_refused();
    site.trouble.rules("");
    CHECK(site.programs.kaspar({"keystore", "test", "hsm"}).status == 1);
    CHECK(site.trouble.calls("C_Login") == 0);
    CHECK(site.programs.kaspar({"keystore", "test", "hsm", "--retry"}).status == 1);
    CHECK(site.trouble.calls("C_Login") == 1);
    (void)site.check_refused();
    CHECK(site.trouble.calls("C_Login") == 1);
    site.token.set_pin("123456");  // as the file has it
    (void)site.check_refused();
    expect(site.programs.kaspar({"keystore", "test", "hsm", "--retry"}));
    site.work();
    site.check_published(3);
}

TEST_CASE("a key store that is not what kaspar.json says is told in words, and no zone is touched",
          "[token]") {
    TokenSite site;
    site.sign_first();
    const std::string good = site.programs.read("kaspar.json");
    const auto change_to = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        const auto at = text.find(from);
        REQUIRE(at != text.npos);
        site.programs.write("kaspar.json", text.replace(at, from.size(), to));
    };
    std::string words;
    SECTION("an absent module") {
        change_to(TokenTrouble::module(), "/nonexistent/module.so");
        words = "the module cannot be loaded: /nonexistent/module.so";
    }
    SECTION("a file that is no library") {
        change_to(TokenTrouble::module(), (site.programs / "kaspar.json").string());
        words = "the module cannot be loaded: ";
    }
    SECTION("a library that is no module") {
        change_to(TokenTrouble::module(), "/lib/x86_64-linux-gnu/libc.so.6");
        words = "is no PKCS#11 module";
    }
    SECTION("another token") {
        change_to(R"("token": "kaspar")", R"("token": "another")");
        words = "the module shows only other tokens: token kaspar";
    }
    SECTION("a PIN file that is not there") {
        change_to("hsm.pin", "absent.pin");
        words = "absent.pin";
    }
    SECTION("a PIN file that others may read") {
        std::filesystem::permissions(site.programs / "hsm.pin", std::filesystem::perms::others_read,
                                     std::filesystem::perm_options::add);
        words = "hsm.pin";
    }
    site.change(3);
    check_says(site.check_refused(), {"key store hsm", words});
    const auto enforced = site.programs.enforcer();
    CHECK(enforced.status == 1);
    check_says(enforced, {"key store hsm", words});

    site.programs.write("kaspar.json", good);
    site.programs.write_secret("hsm.pin", site.token.pin() + "\n");
    site.work();
    site.check_published(3);
    site.check_good();
}

TEST_CASE("of two tokens of one label none is taken, and a serial number tells them apart",
          "[token]") {
    TokenSite site;
    site.sign_first();
    site.token.add_clone("kaspar");
    site.change(3);
    check_says(site.check_refused(),
               {"key store hsm", "2 tokens match", "tell them apart by their serial"});
    std::string text = site.programs.read("kaspar.json");
    const std::string by_label = R"("token": "kaspar")";
    text.replace(text.find(by_label), by_label.size(),
                 fmt::format(R"("token": "pkcs11:token=kaspar;serial={}")", site.token.serial()));
    site.programs.write("kaspar.json", text);
    site.work();
    site.check_published(3);
    site.check_good();
}

TEST_CASE("a full token makes no key, and the zones that have theirs go on", "[token]") {
    const bool full = GENERATE(true, false);
    INFO((full ? "the token says so" : "its capacity in kaspar.json"));
    TokenSite site(ksk_and_zsk, full ? "" : R"(, "capacity": 2)");
    site.sign_first();
    site.add_zone(other);
    if (full)
        site.trouble.rules("C_GenerateKeyPair * error CKR_DEVICE_MEMORY\n");
    site.change(3);
    const auto refused = site.programs.enforcer();
    CHECK(refused.status == 1);
    check_says(refused, {other, "key store hsm", "kaspar key purge",
                         full ? "make room" : "it holds 2 keys, and its capacity is 2"});
    expect(site.programs.signer());
    site.check_published(3);
    CHECK(site.published(other).empty());
    CHECK(site.programs.kaspar({"health"}).status == 1);

    site.trouble.rules("");
    std::string text = site.programs.read("kaspar.json");
    if (const auto at = text.find(R"("capacity": 2)"); at != text.npos)
        site.programs.write("kaspar.json", text.replace(at, 13, R"("capacity": 4)"));
    site.work();
    site.check_published(2, other);
    CHECK(site.trouble.calls("C_GenerateKeyPair") == 2);
    CHECK(site.token.objects().size() == 2 * 4);
    site.check_good();
}

TEST_CASE("two keys of one CKA_ID: neither signs, and the last zone stays", "[token]") {
    TokenSite site;
    site.sign_first();
    make_key(site.token, "kaspar", site.locator("zsk"));
    site.change(3);
    check_says(site.check_refused(),
               {"key store \"hsm\"", "2 private keys have that id", "remove what does not belong"});
}

TEST_CASE("a module that crashes or hangs while a zone is signed costs time and nothing else",
          "[token]") {
    const std::string rule =
        GENERATE("C_Sign 40 crash", "C_Sign 40 hang", "C_Sign 40 kill", "C_Sign 40 after crash",
                 "C_Sign 40 error CKR_DEVICE_REMOVED", "C_SignInit 100-101 crash");
    INFO(rule);
    TokenSite site;
    site.programs.set_time(std::nullopt);  // so that every judge can judge
    site.sign_first();
    site.change(300);
    site.trouble.rules(rule + "\n");
    expect(site.programs.signer());
    CHECK(site.trouble.calls("C_Sign") > 300);
    site.check_published(300);
    CHECK(objections(site.programs / output, Name::from_text(zone).value()) == "");
    site.check_good();
}

TEST_CASE("a module that goes on crashing is given up, and the last zone stays", "[token]") {
    TokenSite site;
    site.sign_first();
    site.change(300);
    site.trouble.rules("C_Sign 20+ crash\n");
    check_says(site.check_refused(), {"key store hsm", "the module crashed"});
    site.trouble.rules("");
    site.work();
    site.check_published(300);
    site.check_good();
}

TEST_CASE("a zone with a signature that the token got wrong is not published", "[token]") {
    const std::string rule = GENERATE("C_Sign * flip", "C_Sign 5+ flip", "C_Sign 302+ short");
    INFO(rule);
    TokenSite site;
    site.sign_first();
    site.change(300);
    site.trouble.rules(rule + "\n");
    (void)site.check_refused();
    site.trouble.rules("");
    site.work();
    site.check_published(300);
    site.check_good();
}

TEST_CASE("one wrong signature is not published: all are made anew, once", "[token]") {
    const std::string rule = GENERATE("C_Sign 40 flip", "C_Sign 40 short");
    INFO(rule);
    TokenSite site;
    site.sign_first();
    site.change(300);
    site.trouble.rules(rule + "\n");
    const auto signed_anew = site.programs.signer();
    expect(signed_anew);
    check_says(signed_anew, {"warning", "did not pass the verifier", "were made anew"});
    site.check_published(300);
}

TEST_CASE("a key that signs wrong in the token is never used for a new zone", "[token]") {
    TokenSite site;
    site.add_zone();
    site.trouble.rules("C_Sign * flip\n");
    CHECK(site.programs.enforcer().status == 1);
    (void)site.programs.signer();
    CHECK(site.published().empty());
    site.trouble.rules("");
    site.work();
    site.check_published(2);
    CHECK(site.keys("ksk").size() == 1);
    CHECK(site.token.objects().size() == 2 * 2);
}

// ---- Keys that several tokens hold -------------------------------------------------------------

namespace {

/// A zone whose one key is to be in two tokens, "a" and "b", of which only "a" is there yet.
struct TwoTokens {
    TwoTokens() {
        trouble.use();
        token.use();
        programs.set_time(parse_rfc3339("2026-11-24T00:00:00Z").value());
        for (const std::string name : {"a", "b"}) {
            programs.write_secret(name + ".pin", token.pin() + "\n");
            programs.add_key_store(
                "hsm-" + name,
                fmt::format(R"("type": "pkcs11", "module": "{}", "token": "{}", )"
                            R"("pin_file": "{}.pin", "sessions": 2, "timeout": "2s")",
                            TokenTrouble::module(), name, name));
        }
        programs.write("policies/test.json", policy_of(key_line("csk", R"(["hsm-a", "hsm-b"])")));
        programs.write(zone, zone_of(2));
        programs.add_zone(zone, "test");
    }

    bool is_signed() const { return programs.read(output).find("DNSKEY") != std::string::npos; }

    std::string locator() const {
        const auto list =
            nlohmann::json::parse(programs.kaspar({"key", "list", zone, "--json"}).output);
        return list.at(0)["locator"];
    }

    /// The key, made in the first token, is copied to the second and signs the zone.
    void sign_first() {
        (void)programs.enforcer();
        token.add_clone("b");
        sign();
    }

    void sign() const {
        expect(programs.enforcer());
        expect(programs.signer());
        expect(programs.enforcer());
        expect(programs.verify(zone));
    }

    Installation programs;
    SoftToken token{"a"};
    TokenTrouble trouble;
};

}  // namespace

TEST_CASE("a key for two tokens is used once it was copied to the second", "[token]") {
    TwoTokens site;
    (void)site.programs.enforcer();
    expect(site.programs.signer());
    CHECK_FALSE(site.is_signed());
    const std::vector<std::string> to_copy{"made in key store hsm-a and must be in hsm-b too",
                                           site.locator()};
    check_says(site.programs.kaspar({"status", zone}), to_copy);
    check_says(site.programs.kaspar({"explain", zone}), to_copy);
    const auto health = site.programs.kaspar({"health"});
    CHECK(health.status == 1);
    check_says(health, to_copy);
    check_says(site.programs.kaspar({"key", "list"}), {"to be copied"});

    site.token.add_clone("b");
    site.sign();
    expect(site.programs.kaspar({"health"}));
    CHECK(site.token.objects().size() == 2);  // no other key was made meanwhile
}

TEST_CASE("a key that cannot be copied is given up by purging it", "[token]") {
    TwoTokens site;
    (void)site.programs.enforcer();
    const auto locator = site.locator();
    const auto list =
        nlohmann::json::parse(site.programs.kaspar({"key", "list", zone, "--json"}).output);
    const auto tag = std::to_string(list.at(0)["tag"].get<int>());
    site.token.add("b");  // a token that has nothing of it
    check_says(site.programs.kaspar({"key", "purge", zone, "--key", tag}), {"is purged"});
    CHECK(site.token.objects().empty());
    (void)site.programs.enforcer();
    REQUIRE(site.token.objects().size() == 2);  // another one, which is to be copied in its turn
    CHECK(site.token.objects().front().id != locator);
}

TEST_CASE("two tokens with different keys in one place: neither is published", "[token]") {
    TwoTokens site;
    (void)site.programs.enforcer();
    const auto locator = site.locator();
    site.token.add("b");
    make_key(site.token, "b", locator);
    const std::vector<std::string> reason{"key store hsm-b", "under " + locator + " it holds key",
                                          "but on record is key", "do not use it"};
    for (int run = 0; run < 2; ++run) {
        const auto refused = site.programs.enforcer();
        CHECK(refused.status == 1);
        check_says(refused, reason);
        (void)site.programs.signer();
        CHECK_FALSE(site.is_signed());
    }
    const auto health = site.programs.kaspar({"health"});
    CHECK(health.status == 1);
    check_says(health, reason);
    check_says(site.programs.kaspar({"status", zone}), reason);
}

TEST_CASE("the signer refuses a token that holds another key than the rest, whichever comes first",
          "[token]") {
    const std::string swapped = GENERATE("a", "b");
    INFO(swapped);
    TwoTokens site;
    site.sign_first();
    const std::string before = site.programs.read(output);
    const auto locator = site.locator();
    site.token.remove(swapped);
    site.token.add(swapped);
    make_key(site.token, swapped, locator);
    site.programs.write(zone, zone_of(3));
    check_complains(site.programs.signer(), {"key store hsm-" + swapped, "it holds key",
                                             "but on record is key", "do not use it"});
    CHECK(site.programs.read(output) == before);
}

TEST_CASE("of two tokens with a zone's key one is enough to sign, with a warning", "[token]") {
    const std::string away = GENERATE("a", "b");
    INFO(away);
    TwoTokens site;
    site.sign_first();
    site.token.remove(away);
    site.programs.write(zone, zone_of(3));
    const auto signed_with_one = site.programs.signer();
    expect(signed_with_one);
    check_says(signed_with_one, {"warning", "hsm-" + away, "the module shows only other tokens"});
    expect(site.programs.verify(zone));
    CHECK(site.programs.read(output).find("\nh2.") != std::string::npos);
    CHECK(site.programs.enforcer().status == 1);
    const auto health = site.programs.kaspar({"health"});
    CHECK(health.status == 1);
    check_says(health, {"key store hsm-" + away + " has not worked since"});

    site.token.put_back(away);
    expect(site.programs.enforcer());
    expect(site.programs.kaspar({"health"}));
}

}  // namespace token_zone_test

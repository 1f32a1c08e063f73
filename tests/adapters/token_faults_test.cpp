// The fault walk: every function of PKCS#11 that makers of keys and signatures call returns each of
// its documented errors, crashes, hangs or loses its answer, once while a key is made and once
// while a key that is there signs. Whatever happens, no signature that was given out is wrong, no
// key is lost or made twice, and a token that refused a PIN is not given another. That each step
// ends is seen by the test's ending at all.
//
// What is left out, for time: an error at every single call of a function (it is the first or the
// second, and of those that are called often a later one); two faults in one run; `kill` at
// C_Login, where SoftHSM loses its token (facts of SoftHSM, not of ours). That a zone with a wrong
// signature is not published, which is the signer's doing, is tested with whole programs
// (token_zone_test.cpp).
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "common/keys/key_store.h"
#include "common/system/file.h"
#include "common/tokens/refused_pin.h"
#include "tests/support/catch.h"
#include "tests/support/documented_errors.h"
#include "tests/support/soft_token.h"
#include "tests/support/temp_folder.h"
#include "tests/support/token_trouble.h"

namespace kaspar::token_faults_test {
namespace {

using test::SoftToken;
using test::TokenTrouble;

const std::string locator = "000102030405060708090a0b0c0d0e0f";
const KeyShape p256{Algorithm::ecdsap256sha256, 256};
const KeyOwner owner{"example.com", "zsk"};

/// So many messages are cut into enough pieces that the second session is worth a log-in.
constexpr std::size_t messages_to_sign = 24;

/// What is made anew for each fault: a token, and a store on it whose calls may go wrong.
struct Walk {
    Walk() {
        token.use();
        trouble.use();
        // Workers that log in take turns by a lock on the module's file. A copy, so that those of
        // other tests do not wait for one that hangs.
        std::filesystem::copy_file(TokenTrouble::module(), folder / "module.so");
        configuration.type = "pkcs11";
        configuration.module = folder / "module.so";
        configuration.token.label = token.label();
        configuration.pin.file = folder / "pin";
        configuration.sessions = 2;
        configuration.key_label = "kaspar {zone} {role}";
        configuration.timeout = std::chrono::seconds(1);
        configuration.refused_pin = folder / "refused-pin";
        REQUIRE(write_file(folder / "pin", token.pin() + "\n", 0600).ok());
    }

    std::unique_ptr<KeyStore> store() const { return open_key_store("hsm", configuration).value(); }

    test::TempFolder folder;
    SoftToken token;
    TokenTrouble trouble;
    KeyStoreConfiguration configuration;
};

/// Signs, and checks what comes of it. False: the key gave a fault instead.
bool signs_right(SigningKey& key) {
    const auto verifier = make_verifier(key.public_key()).value();
    std::vector<Bytes> messages;
    for (std::size_t i = 0; i < messages_to_sign; ++i)
        messages.push_back(Bytes(40, static_cast<std::uint8_t>(i)));
    const std::vector<BytesView> views(messages.begin(), messages.end());
    const auto signatures = key.sign_all(views);
    if (!signatures.ok()) {
        CHECK_FALSE(signatures.fault().words.empty());
        return false;
    }
    CHECK(signatures->size() == messages.size());
    for (std::size_t i = 0; i < std::min(signatures->size(), messages.size()); ++i)
        CHECK(verifier->verify(messages[i], (*signatures)[i]));
    return true;
}

/// Opens, proves, signs. True if all of it went well.
bool opens_and_signs(KeyStore& store, const PublicKey& on_record) {
    const auto key = store.open(locator, on_record);
    return key.ok() && prove_possession(**key, on_record).ok() && signs_right(**key);
}

std::size_t count_keys(KeyStore& store) {
    const auto locators = store.list();
    INFO((locators.ok() ? "" : locators.fault().words));
    REQUIRE(locators.ok());
    CHECK(std::all_of(locators->begin(), locators->end(),
                      [](const std::string& one) { return one == locator; }));
    return locators->size();
}

/// As a person would after a refused PIN. One that was refused was not tried again.
void act_on_refused_pin(Walk& walk) {
    if (token::refused_pin(walk.configuration))
        REQUIRE(token::forget_refused_pin(walk.configuration).ok());
}

/// Every worker logs in once at most.
void check_log_ins(Walk& walk) {
    CHECK(walk.trouble.calls("C_Login") <= walk.trouble.calls("C_Initialize"));
}

/// The run after: as the enforcer finishes what was interrupted, it finds the key or makes it.
void finish(Walk& walk, const std::optional<PublicKey>& made) {
    walk.trouble.rules("");
    act_on_refused_pin(walk);
    const auto store = walk.store();
    const std::size_t there = count_keys(*store);
    CHECK(there <= 1);
    if (made)
        CHECK(there == 1);
    const auto key =
        there == 1 ? store->find(locator, p256.algorithm) : store->generate(locator, p256, owner);
    INFO((key.ok() ? "" : key.fault().words));
    REQUIRE(key.ok());
    if (made)
        CHECK(*key == *made);
    CHECK(opens_and_signs(*store, *key));
    CHECK(count_keys(*store) == 1);
}

/// The fault strikes while a key is made, proven and used for the first time.
void fail_while_generating(const std::string& rule) {
    INFO("while generating: " << rule);
    Walk walk;
    walk.trouble.rules(rule + "\n");
    std::optional<PublicKey> made;
    {
        const auto store = walk.store();
        const auto key = store->generate(locator, p256, owner);
        if (key.ok())
            made = *key;
        else
            CHECK_FALSE(key.fault().words.empty());
        if (made)
            (void)opens_and_signs(*store, *made);
    }
    CHECK(walk.trouble.calls("C_GenerateKeyPair") <= 1);
    check_log_ins(walk);
    finish(walk, made);
    CHECK(walk.token.objects().size() == 2);  // in another's eyes, too, one key of two halves
}

/// The fault strikes while a key that is there is proven and signs, `must_sign` in spite of it.
void fail_while_signing(const std::string& rule, bool must_sign = false) {
    INFO("while signing: " << rule);
    Walk walk;
    const auto made = walk.store()->generate(locator, p256, owner).value();
    walk.trouble.rules(rule + "\n");
    {
        const auto store = walk.store();
        const bool good = opens_and_signs(*store, made);
        CHECK((good || !must_sign));
    }
    CHECK(walk.trouble.calls("C_GenerateKeyPair") == 0);
    CHECK(walk.trouble.calls("C_DestroyObject") == 0);
    check_log_ins(walk);
    finish(walk, made);
}

/// "C_Sign 2 error CKR_…" for each error that is documented.
std::vector<std::string> errors_at(const std::string& function, int call) {
    std::vector<std::string> rules;
    for (const std::string& error : test::documented_errors(function))
        rules.push_back(fmt::format("{} {} error {}", function, call, error));
    return rules;
}

/// Losses of other kinds: the process ends, does not answer, or its answer is lost.
std::vector<std::string> losses_at(const std::string& function, int call, bool may_kill = true) {
    std::vector<std::string> rules;
    for (const std::string what : {"crash", "after crash", "after CKR_DEVICE_ERROR", "hang"})
        rules.push_back(fmt::format("{} {} {}", function, call, what));
    if (may_kill)
        rules.push_back(fmt::format("{} {} kill", function, call));
    return rules;
}

void walk_generating(const std::vector<std::string>& rules) {
    for (const std::string& rule : rules)
        fail_while_generating(rule);
}

void walk_signing(const std::vector<std::string>& rules, bool must_sign = false) {
    for (const std::string& rule : rules)
        fail_while_signing(rule, must_sign);
}

}  // namespace

TEST_CASE("the fault walk meets every documented function that is called at all", "[faults]") {
    Walk walk;
    {
        const auto store = walk.store();
        const auto made = store->generate(locator, p256, owner).value();
        CHECK(opens_and_signs(*store, made));
    }
    std::vector<std::string> called;
    for (const std::string& function : test::documented_functions())
        if (walk.trouble.calls(function) > 0)
            called.push_back(function);
    // The others are never called, so that nothing of theirs can fail; a key's removal is at the
    // end.
    CHECK(called == std::vector<std::string>{
                        "C_CloseSession", "C_Finalize", "C_FindObjects", "C_FindObjectsFinal",
                        "C_FindObjectsInit", "C_GenerateKeyPair", "C_GetAttributeValue",
                        "C_GetMechanismInfo", "C_GetSlotList", "C_GetTokenInfo", "C_Initialize",
                        "C_Login", "C_OpenSession", "C_Sign", "C_SignInit"});
}

TEST_CASE("faults in the start of a module leave keys and signatures whole", "[faults]") {
    walk_generating(errors_at("C_Initialize", 1));
    walk_generating(errors_at("C_GetSlotList", 1));
    walk_signing(errors_at("C_GetSlotList", 2));
    walk_signing(losses_at("C_Initialize", 1));
    walk_signing(losses_at("C_GetSlotList", 2));
    walk_signing(errors_at("C_Finalize", 1), true);
    walk_generating({"C_Finalize 1 crash", "C_Finalize 1 hang"});
}

TEST_CASE("faults in what a token tells of itself leave keys and signatures whole", "[faults]") {
    walk_generating(errors_at("C_GetTokenInfo", 1));
    walk_signing(errors_at("C_GetTokenInfo", 2));
    walk_signing(errors_at("C_GetMechanismInfo", 1));
    walk_signing(losses_at("C_GetTokenInfo", 1));
    walk_signing(losses_at("C_GetMechanismInfo", 2));
}

TEST_CASE("faults in opening and closing sessions leave keys and signatures whole", "[faults]") {
    walk_generating(errors_at("C_OpenSession", 1));
    walk_generating(errors_at("C_OpenSession", 2));
    walk_signing(errors_at("C_OpenSession", 2));
    walk_signing(errors_at("C_CloseSession", 1));
    walk_generating(losses_at("C_OpenSession", 2));
    walk_generating(losses_at("C_CloseSession", 1));
}

TEST_CASE("faults in the log-in leave keys and signatures whole", "[faults]") {
    walk_generating(errors_at("C_Login", 1));
    walk_signing(errors_at("C_Login", 2));
    walk_signing(losses_at("C_Login", 1, false));
    walk_signing(losses_at("C_Login", 2, false));
}

TEST_CASE("faults in the search for objects leave keys and signatures whole", "[faults]") {
    for (const std::string what : {"C_FindObjectsInit", "C_FindObjects", "C_FindObjectsFinal"}) {
        walk_generating(errors_at(what, 1));
        walk_generating(losses_at(what, 3));
    }
    walk_signing(errors_at("C_FindObjects", 2));
}

TEST_CASE("faults in the reading of attributes leave keys and signatures whole", "[faults]") {
    walk_generating(errors_at("C_GetAttributeValue", 1));
    walk_signing(errors_at("C_GetAttributeValue", 2));
    walk_signing(errors_at("C_GetAttributeValue", 12));
    walk_signing(losses_at("C_GetAttributeValue", 5));
}

TEST_CASE("faults in the making of a key leave none lost and none twice", "[faults]") {
    walk_generating(errors_at("C_GenerateKeyPair", 1));
    walk_generating(losses_at("C_GenerateKeyPair", 1));
    for (const std::string& error : test::documented_errors("C_GenerateKeyPair"))
        fail_while_generating("C_GenerateKeyPair 1 after " + error);
}

TEST_CASE("faults in the start of a signature leave it right or unmade", "[faults]") {
    for (const int call : {1, 5})
        walk_signing(errors_at("C_SignInit", call));
    walk_signing(losses_at("C_SignInit", 4), true);
    walk_generating(losses_at("C_SignInit", 1));
}

TEST_CASE("faults in a signature leave it right or unmade", "[faults]") {
    for (const int call : {1, 2, 5})
        walk_signing(errors_at("C_Sign", call));
    walk_signing(losses_at("C_Sign", 4), true);
    walk_generating(losses_at("C_Sign", 2));
}

TEST_CASE("a token that signs wrong does not prove that it has a key", "[faults]") {
    // The first is the worker's own proof, the second that of the program.
    walk_signing({"C_Sign 1 flip", "C_Sign 1 short", "C_Sign 2 flip", "C_Sign 2 short"});
    walk_generating({"C_Sign 1 flip", "C_Sign 2 short"});
}

TEST_CASE("a fault that stays ends in words", "[faults]") {
    for (const std::string& function : test::documented_functions())
        fail_while_signing(function + " * error CKR_GENERAL_ERROR");
    for (const std::string function : {"C_Sign", "C_SignInit", "C_FindObjects"})
        for (const std::string what : {"crash", "hang", "error CKR_DEVICE_REMOVED"})
            fail_while_signing(fmt::format("{} * {}", function, what));
}

TEST_CASE("a PIN that is refused in whatever words is not given again", "[faults]") {
    for (const std::string error :
         {"CKR_PIN_INCORRECT", "CKR_PIN_LOCKED", "CKR_USER_PIN_NOT_INITIALIZED"}) {
        INFO(error);
        Walk walk;
        walk.trouble.rules("C_Login 1 error " + error + "\n");
        for (int program = 0; program < 3; ++program)
            CHECK_THAT(walk.store()->list().fault().words, Catch::Contains(error));
        CHECK(walk.trouble.calls("C_Login") == 1);
    }
}

TEST_CASE("faults in the removal of a key leave none that cannot be removed", "[faults]") {
    std::vector<std::string> rules = errors_at("C_DestroyObject", 1);
    for (const int call : {1, 2})
        for (const std::string& rule : losses_at("C_DestroyObject", call))
            rules.push_back(rule);
    for (const std::string& rule : rules) {
        INFO(rule);
        Walk walk;
        REQUIRE(walk.store()->generate(locator, p256, owner).ok());
        walk.trouble.rules(rule + "\n");
        CHECK_FALSE(walk.store()->destroy(locator).ok());
        walk.trouble.rules("");
        CHECK(walk.store()->destroy(locator).ok());
        CHECK(walk.token.objects().empty());
    }
}

}  // namespace kaspar::token_faults_test

// The key store in a token, against SoftHSM: keys made, found, proven and used by workers; and what
// a token's faults come to.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "common/keys/key_store.h"
#include "common/system/file.h"
#include "common/values/encoding.h"
#include "tests/support/catch.h"
#include "tests/support/raw_session.h"
#include "tests/support/soft_token.h"
#include "tests/support/temp_folder.h"
#include "tests/support/token_trouble.h"

namespace kaspar::token_key_store_test {
namespace {

using test::SoftToken;
using test::TokenTrouble;

const std::string locator = "000102030405060708090a0b0c0d0e0f";
const std::string other_locator = "ffffffffffffffffffffffffffffffff";
const KeyShape p256{Algorithm::ecdsap256sha256, 256};
const KeyOwner owner{"example.com", "zsk"};

/// A token, its PIN in a file, and a store on it.
struct Place {
    explicit Place(unsigned sessions = 1, const std::string& module = SoftToken::module_file) {
        token.use();
        trouble.use();
        configuration.type = "pkcs11";
        configuration.module = module;
        configuration.token.label = token.label();
        configuration.pin.file = folder / "pin";
        configuration.sessions = sessions;
        configuration.key_label = "kaspar {zone} {role}";
        configuration.timeout = std::chrono::seconds(5);
        configuration.refused_pin = folder / "refused-pin";
        write_pin(token.pin());
    }

    void write_pin(const std::string& pin) const {
        REQUIRE(write_file(*configuration.pin.file, pin + "\n", 0600).ok());
    }

    std::unique_ptr<KeyStore> store() const { return open_key_store("hsm", configuration).value(); }

    test::TempFolder folder;
    SoftToken token;
    TokenTrouble trouble;
    KeyStoreConfiguration configuration;
};

Bytes message(const std::string& text) {
    const auto octets = as_bytes(text);
    return {octets.begin(), octets.end()};
}

void check_signatures(SigningKey& key, std::size_t count) {
    const auto verifier = make_verifier(key.public_key()).value();
    std::vector<Bytes> messages;
    for (std::size_t i = 0; i < count; ++i)
        messages.push_back(message(fmt::format("message {}", i)));
    const std::vector<BytesView> views(messages.begin(), messages.end());
    const auto signatures = key.sign_all(views);
    INFO((signatures.ok() ? "" : signatures.fault().words));
    REQUIRE(signatures.ok());
    REQUIRE(signatures->size() == count);
    for (std::size_t i = 0; i < count; ++i)
        CHECK(verifier->verify(messages[i], (*signatures)[i]));
}

std::string words(const Fault& fault) {
    return fault.words;
}

}  // namespace

TEST_CASE("a token makes, finds, proves and signs with keys of every algorithm", "[token]") {
    const Place place;
    const std::vector<KeyShape> shapes{
        {Algorithm::rsasha256, 2048},      {Algorithm::rsasha512, 2048},
        {Algorithm::ecdsap256sha256, 256}, {Algorithm::ecdsap384sha384, 384},
        {Algorithm::ed25519, 256},         {Algorithm::ed448, 456}};
    const auto store = place.store();
    for (const KeyShape& shape : shapes) {
        INFO(facts(shape.algorithm).mnemonic);
        const std::string here = fmt::format("{:032x}", static_cast<int>(shape.algorithm));
        const auto made = store->generate(here, shape, owner);
        INFO((made.ok() ? "" : made.fault().words));
        REQUIRE(made.ok());
        CHECK(made->bits() == shape.bits);
        CHECK(store->find(here, shape.algorithm).value() == *made);
        const auto key = store->open(here, *made).value();
        CHECK(prove_possession(*key, *made).ok());
        check_signatures(*key, 5);
    }
    CHECK(store->list().value().size() == shapes.size());
    const auto held = store->keys().value();
    for (const HeldKey& key : held) {
        CHECK(key.label == "kaspar example.com zsk");
        CHECK(key.guarded);
        CHECK(key.public_half.has_value());
    }
    const auto there = place.token.objects();
    CHECK(there.size() == 2 * shapes.size());
}

TEST_CASE("a key in a token is found by another program, and gone once it is destroyed",
          "[token]") {
    const Place place;
    const PublicKey made = place.store()->generate(locator, p256, owner).value();
    const auto store = place.store();
    CHECK(store->list().value() == std::vector{locator});
    CHECK(store->generate(locator, p256, owner).fault().kind == FaultClass::refused);
    CHECK(store->destroy(locator).ok());
    CHECK(store->destroy(locator).ok());
    CHECK(store->list().value().empty());
    CHECK(place.token.objects().empty());
    CHECK(store->find(locator, p256.algorithm).fault().kind == FaultClass::absent);
    CHECK(store->open(locator, made).fault().kind == FaultClass::absent);
}

TEST_CASE("a token signs with several sessions, each with a proof of its own", "[token]") {
    Place place(3, TokenTrouble::module());
    const auto store = place.store();
    const PublicKey made = store->generate(locator, p256, owner).value();
    place.trouble.rules("C_Sign * delay 3ms\n");
    const auto key = store->open(locator, made).value();
    check_signatures(*key, 300);
    CHECK(place.trouble.calls("C_Login") == 2);   // the first session was in already
    CHECK(place.trouble.calls("C_Sign") == 303);  // a nonce for each session
}

TEST_CASE("a key of one kind is not opened as another, nor another key as the one on record",
          "[token]") {
    const Place place;
    const auto store = place.store();
    const PublicKey made = store->generate(locator, p256, owner).value();
    const PublicKey other = store->generate(other_locator, p256, owner).value();
    CHECK_THAT(words(store->find(locator, Algorithm::ed25519).fault()),
               Catch::Contains("ecdsap256sha256"));
    const auto swapped = store->open(locator, other);
    REQUIRE_FALSE(swapped.ok());
    CHECK(swapped.fault().kind == FaultClass::key);
    CHECK_THAT(swapped.fault().words, Catch::Contains(made.fingerprint()));
}

TEST_CASE("two keys of one id are ambiguous, and neither signs", "[token]") {
    const Place place;
    const auto octets = from_hex(locator).value();
    const std::string id(octets.begin(), octets.end());
    {
        test::RawSession session(SoftToken::module_file, place.token.label());
        REQUIRE(session.login(place.token.pin()) == 0);
        REQUIRE(session.make_p256(id) == 0);
        REQUIRE(session.make_p256(id) == 0);
        session.finalize();
    }
    const auto found = place.store()->find(locator, p256.algorithm);
    REQUIRE_FALSE(found.ok());
    CHECK(found.fault().kind == FaultClass::key);
    CHECK_THAT(found.fault().words, Catch::Contains("2 private keys"));
}

TEST_CASE("a PIN that a token refuses is tried once, by whatever program, until a person acts",
          "[token]") {
    Place place(4, TokenTrouble::module());
    place.write_pin("000000");
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto listed = place.store()->list();
        REQUIRE_FALSE(listed.ok());
        CHECK(listed.fault().kind == FaultClass::absent);
        CHECK_THAT(listed.fault().words, Catch::Contains("CKR_PIN_INCORRECT"));
        CHECK_THAT(listed.fault().words, !Catch::Contains("000000"));
    }
    CHECK(place.trouble.calls("C_Login") == 1);
    place.write_pin(place.token.pin());
    CHECK(place.store()->list().ok());
    CHECK(place.trouble.calls("C_Login") == 2);
}

TEST_CASE("an absent token, an absent module and a file that is no module are told apart",
          "[token]") {
    Place place;
    place.configuration.token.label = "another";
    CHECK_THAT(place.store()->list().fault().words,
               Catch::Contains("the module shows only other tokens: token kaspar"));
    place.configuration.module = "/nonexistent/module.so";
    CHECK_THAT(place.store()->list().fault().words, Catch::Contains("cannot be loaded"));
    place.configuration.module = "/lib/x86_64-linux-gnu/libc.so.6";
    CHECK_THAT(place.store()->list().fault().words, Catch::Contains("no PKCS#11 module"));
}

TEST_CASE("a worker that crashes or hangs costs its batch only time", "[token]") {
    const std::string rule = GENERATE(
        "C_Sign 5 crash", "C_Sign 5 hang", "C_Sign 5 kill", "C_Sign 5 error CKR_DEVICE_REMOVED",
        "C_SignInit 5 error CKR_SESSION_HANDLE_INVALID", "C_Sign 5 after CKR_DEVICE_ERROR");
    INFO(rule);
    Place place(2, TokenTrouble::module());
    place.configuration.timeout = std::chrono::seconds(1);
    const auto store = place.store();
    const PublicKey made = store->generate(locator, p256, owner).value();
    const auto key = store->open(locator, made).value();
    place.trouble.rules(rule + "\n");
    check_signatures(*key, 40);
}

TEST_CASE("a signature that a token gets wrong is never taken for a proof", "[token]") {
    Place place(1, TokenTrouble::module());
    const auto store = place.store();
    const PublicKey made = store->generate(locator, p256, owner).value();
    const auto key = store->open(locator, made).value();
    place.trouble.rules("C_Sign * flip\n");
    CHECK_FALSE(prove_possession(*key, made).ok());
}

TEST_CASE("a token that went away is used again once it is back", "[token]") {
    Place place(2);
    const auto store = place.store();
    const PublicKey made = store->generate(locator, p256, owner).value();
    const auto key = store->open(locator, made).value();
    check_signatures(*key, 3);
    place.token.remove();
    const auto failed = key->sign(message("x"));
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.fault().kind == FaultClass::absent);
    place.token.put_back();
    std::this_thread::sleep_for(std::chrono::milliseconds(2100));  // the pause after a failed login
    check_signatures(*key, 3);
}

TEST_CASE("no key is made beyond a token's capacity", "[token]") {
    Place place;
    place.configuration.capacity = 1;
    const auto store = place.store();
    CHECK(store->generate(locator, p256, owner).ok());
    CHECK_THAT(store->generate(other_locator, p256, owner).fault().words,
               Catch::Contains("its capacity is 1"));
}

TEST_CASE("what an interrupted attempt left of a key is cleared away", "[token]") {
    Place place(1, TokenTrouble::module());
    const auto store = place.store();
    SECTION("made, but the answer was lost") {
        place.trouble.rules("C_GenerateKeyPair 1 after CKR_DEVICE_ERROR\n");
        CHECK_FALSE(store->generate(locator, p256, owner).ok());
        CHECK(store->list().value() == std::vector{locator});
        CHECK(store->find(locator, p256.algorithm).ok());
    }
    SECTION("not made") {
        place.trouble.rules("C_GenerateKeyPair 1 error CKR_DEVICE_MEMORY\n");
        CHECK_THAT(store->generate(locator, p256, owner).fault().words,
                   Catch::Contains("make room"));
        CHECK(store->list().value().empty());
        CHECK(store->generate(locator, p256, owner).ok());
    }
}

}  // namespace kaspar::token_key_store_test

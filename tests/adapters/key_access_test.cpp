// The signer's way to keys that two tokens hold: one that is there is enough, at the start and in
// the middle of the work, and the other is used again once it is back.
#include "signer/key_access.h"

#include <chrono>
#include <thread>

#include "common/system/file.h"
#include "tests/support/catch.h"
#include "tests/support/soft_token.h"
#include "tests/support/temp_folder.h"

namespace kaspar::signer {
namespace {

using test::SoftToken;

/// A key in the tokens "a" and "b".
struct Twins {
    Twins() {
        token.use();
        REQUIRE(write_file(folder / "pin", token.pin() + "\n", 0600).ok());
        key.locator = "000102030405060708090a0b0c0d0e0f";
        key.keystores = {"a", "b"};
        const auto store = open_store("a").value();
        key.dnskey = Dnskey{
            257, store->generate(key.locator, {Algorithm::ecdsap256sha256, 256}, {}).value()};
        token.add_clone("b");
    }

    Result<std::unique_ptr<KeyStore>> open_store(const std::string& label) const {
        KeyStoreConfiguration configuration;
        configuration.type = "pkcs11";
        configuration.module = SoftToken::module_file;
        configuration.token.label = label;
        configuration.pin.file = folder / "pin";
        configuration.timeout = std::chrono::seconds(5);
        configuration.refused_pin = folder / "refused-pin";
        return open_key_store(label, configuration);
    }

    KeyAccess access() const {
        return KeyAccess([this](const std::string& name) { return open_store(name); });
    }

    test::TempFolder folder;
    SoftToken token{"a"};
    InstructedKey key{};
};

bool signs(SigningKey& key) {
    const Bytes message(40, 7);
    const auto signature = key.sign(message);
    INFO((signature.ok() ? "" : signature.fault().words));
    return signature.ok() &&
           make_verifier(key.public_key()).value()->verify(message, signature.value());
}

}  // namespace

TEST_CASE("a token that was away when its key was opened is used once it is back", "[token]") {
    const std::string away = GENERATE("a", "b");
    INFO(away);
    Twins twins;
    auto access = twins.access();
    twins.token.remove(away);
    const auto with_one = access.open(twins.key).value();
    REQUIRE(with_one.warnings.size() == 1);
    CHECK_THAT(with_one.warnings.front(), Catch::Contains("key store " + away));
    CHECK(signs(*with_one.key));

    twins.token.put_back(away);
    std::this_thread::sleep_for(
        std::chrono::milliseconds(1100));  // the pause after a failed log-in
    const auto with_both = access.open(twins.key).value();
    CHECK(with_both.warnings.empty());
    CHECK(signs(*with_both.key));
}

TEST_CASE("where a token goes away in the middle of the work, its twin takes over", "[token]") {
    Twins twins;
    auto access = twins.access();
    const auto opened = access.open(twins.key).value();
    CHECK(opened.warnings.empty());
    CHECK(signs(*opened.key));
    twins.token.remove("a");
    CHECK(signs(*opened.key));
    twins.token.remove("b");
    CHECK_FALSE(signs(*opened.key));
}

TEST_CASE("a key that is in none of its tokens is a fault that names them all", "[token]") {
    Twins twins;
    twins.token.remove("a");
    twins.token.remove("b");
    const auto opened = twins.access().open(twins.key);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.fault().kind == FaultClass::absent);
    CHECK_THAT(opened.fault().words,
               Catch::Contains("key store a") && Catch::Contains("key store b"));
}

}  // namespace kaspar::signer

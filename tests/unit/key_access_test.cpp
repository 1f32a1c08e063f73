// The signer's way to its keys: none is used that has not proven itself.
#include "signer/key_access.h"

#include "tests/support/catch.h"
#include "tests/support/memory_key_store.h"

namespace key_access_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// Opens one key where another is asked for, and does not say so.
struct MixedUpKeyStore : MemoryKeyStore {
    Result<std::unique_ptr<SigningKey>> open(const std::string&,
                                             const PublicKey& on_record) override {
        KASPAR_TRY(const auto other, find("other", on_record.algorithm));
        return MemoryKeyStore::open("other", other);
    }
};

PublicKey make(KeyStore& store, const std::string& locator) {
    return store.generate(locator, {Algorithm::ecdsap256sha256, 256}, {}).value();
}

InstructedKey instructed(const std::string& locator, const PublicKey& key) {
    InstructedKey instructed{};
    instructed.dnskey = {256, key};
    instructed.keystores = {"memory"};
    instructed.locator = locator;
    instructed.publish = instructed.sign_zone = true;
    return instructed;
}

}  // namespace

TEST_CASE("the signer signs with no key that has not proven itself", "[key_access]") {
    MixedUpKeyStore store;
    const auto mine = make(store, "mine"), other = make(store, "other");
    KeyAccess keys([&](const std::string&) -> Result<std::unique_ptr<KeyStore>> {
        return std::unique_ptr<KeyStore>(std::make_unique<LentKeyStore>(store));
    });
    CHECK(keys.open(instructed("other", other)).ok());
    const auto opened = keys.open(instructed("mine", mine));
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.fault().kind == FaultClass::key);
    CHECK_THAT(opened.fault().words, Catch::Contains("proof of possession"));
}

}  // namespace key_access_test

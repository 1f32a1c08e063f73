#include "common/keys/nettle_key.h"

#include <set>

#include "common/keys/private_key.h"
#include "common/keys/signing_key.h"
#include "tests/support/catch.h"

namespace nettle_key_test {

using namespace kaspar;

namespace {

const BytesView message = as_bytes("what is signed");

PrivateKey a_key(Algorithm algorithm) {
    return generate_private_key({algorithm, facts(algorithm).default_bits}).value();
}

const PrivateKey& p384_key() {
    static const PrivateKey key = a_key(Algorithm::ecdsap384sha384);
    return key;
}

}  // namespace

TEST_CASE("Nettle keeps the leading zeros of r and s", "[nettle_key]") {
    const PrivateKey& key = p384_key();
    const auto signer = make_nettle_key(key).value();
    const auto verifier = make_verifier(key.public_half).value();
    bool short_r = false, short_s = false;
    // One in 256 each: that 20000 signatures meet none has a probability of 10^-34.
    for (int i = 0; i < 20000 && !(short_r && short_s); ++i) {
        const Bytes signature = signer->sign(message).value();
        REQUIRE(signature.size() == 96);
        if (signature[0] != 0 && signature[48] != 0)
            continue;
        short_r = short_r || signature[0] == 0;
        short_s = short_s || signature[48] == 0;
        CHECK(verifier->verify(message, signature));
    }
    CHECK((short_r && short_s));
}

TEST_CASE("no two signatures by Nettle have the same nonce", "[nettle_key]") {
    const auto signer = make_nettle_key(p384_key()).value();
    const auto copy = signer->duplicate().value();
    std::set<Bytes> seen;  // r is the nonce's shadow: two equal ones would give the key away
    for (int i = 0; i < 100; ++i)
        for (SigningKey* key : {signer.get(), copy.get()}) {
            Bytes signature = key->sign(message).value();
            signature.resize(48);
            CHECK(seen.insert(signature).second);
        }
}

TEST_CASE("Nettle refuses what is no private key of P-384", "[nettle_key]") {
    const PublicKey& half = p384_key().public_half;
    for (const auto other :
         {Algorithm::ecdsap256sha256, Algorithm::rsasha256, Algorithm::ed25519}) {
        INFO(facts(other).mnemonic);
        const auto key = make_nettle_key({half, Secret(a_key(other).pkcs8.text())});
        REQUIRE_FALSE(key.ok());
        CHECK(key.fault().kind == FaultClass::key);
    }
    std::string damaged = p384_key().pkcs8.text();
    damaged.pop_back();
    CHECK_FALSE(make_nettle_key({half, Secret(damaged)}).ok());
}

TEST_CASE("Nettle refuses a private number that is zero or not below the order", "[nettle_key]") {
    const PrivateKey& key = p384_key();
    const std::size_t at = key.pkcs8.text().find(std::string("\x02\x01\x01\x04\x30", 5));
    REQUIRE(at != std::string::npos);  // RFC 5915 §3: version 1, then the number in 48 octets
    for (const char octet : {'\x00', '\xff'}) {
        std::string changed = key.pkcs8.text();
        changed.replace(at + 5, 48, 48, octet);
        CHECK_FALSE(make_nettle_key({key.public_half, Secret(changed)}).ok());
    }
}

}  // namespace nettle_key_test

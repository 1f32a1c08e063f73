#include "common/keys/frequent_keys.h"

#include <string>
#include <thread>
#include <vector>

#include "common/keys/engines.h"
#include "common/keys/private_key.h"
#include "common/keys/signing_key.h"
#include "common/values/digest.h"
#include "tests/support/catch.h"

namespace frequent_keys_test {

using namespace kaspar;

namespace {

PrivateKey a_key() {
    return generate_private_key({Algorithm::ecdsap256sha256, 256}).value();
}

/// What a verifier of its own is asked by each of several threads, or zones.
struct Questions {
    const PublicKey& key;
    SigningKey &signer, &stranger;
    int from, to;

    /// False at the first wrong answer.
    bool answered_well() const {
        const auto verifier = make_verifier(key).value();
        for (int i = from; i < to; ++i)
            if (!answered_well(*verifier, i))
                return false;
        return true;
    }

    bool answered_well(SignatureVerifier& verifier, int i) const {
        const std::string text = std::to_string(i);
        Bytes signature = signer.sign(as_bytes(text)).value();
        if (!verifier.verify(as_bytes(text), signature))
            return false;
        if (i % 10 != 0)
            return true;
        const bool other_text = verifier.verify(as_bytes(text + "0"), signature);
        const bool other_key =
            verifier.verify(as_bytes(text), stranger.sign(as_bytes(text)).value());
        const bool shorter = verifier.verify(as_bytes(text), BytesView(signature).first(63));
        signature[static_cast<std::size_t>(i / 10) % 64] ^= 1;
        return !other_text && !other_key && !shorter && !verifier.verify(as_bytes(text), signature);
    }
};

constexpr int pays = FrequentKey::table_pays;

}  // namespace

TEST_CASE("a verifier of P-256 says the same before and after it has a table", "[frequent_keys]") {
    const PrivateKey key = a_key();
    const auto signer = make_signing_key(key).value(), stranger = make_signing_key(a_key()).value();
    CHECK(Questions{key.public_half, *signer, *stranger, 0, pays + 200}.answered_well());
}

TEST_CASE("a key's verifiers share its table, and make it while others verify", "[frequent_keys]") {
    const PrivateKey key = a_key();
    const auto before = frequent_key(key.public_half.octets);
    constexpr int threads = 4;
    std::vector<char> well(threads, false);
    {
        std::vector<std::jthread> crew;
        for (int i = 0; i < threads; ++i)
            crew.emplace_back([&, i] {
                const auto signer = make_signing_key(key).value();
                const auto stranger = make_signing_key(a_key()).value();
                const int from = i * pays, to = from + pays / 2;
                well[static_cast<std::size_t>(i)] =
                    Questions{key.public_half, *signer, *stranger, from, to}.answered_well();
            });
    }
    for (const char one : well)
        CHECK(one);
    const Bytes digest = sha256(as_bytes("later"));
    const auto signature = make_signing_key(key).value()->sign(as_bytes("later")).value();
    CHECK(before->knows(digest, signature));
    CHECK(frequent_key(key.public_half.octets) == before);
}

TEST_CASE("a key has a table of its own once it has verified enough", "[frequent_keys]") {
    const PrivateKey key = a_key();
    const Bytes digest = sha256(as_bytes("text"));
    const Bytes signature = make_signing_key(key).value()->sign(as_bytes("text")).value();
    FrequentKey frequent(key.public_half.octets), other(a_key().public_half.octets);
    for (int i = 1; i < pays; ++i) {
        frequent.count(digest, signature);
        other.count(digest, signature);
    }
    CHECK_FALSE(frequent.knows(digest, signature));
    frequent.count(digest, signature);
    other.count(digest, signature);  // a table that does not know it is not used
    CHECK(frequent.knows(digest, signature));
    CHECK_FALSE(frequent.knows(sha256(as_bytes("other")), signature));
    CHECK_FALSE(other.knows(digest, signature));
}

TEST_CASE("of the keys that were asked for, the last 64 are remembered", "[frequent_keys]") {
    const auto numbered = [](std::uint8_t number) { return frequent_key(Bytes(64, number)).get(); };
    const auto first = frequent_key(Bytes(64, 0));
    for (std::uint8_t i = 1; i < 64; ++i)
        CHECK(numbered(i) != first.get());
    CHECK(numbered(0) == first.get());  // and is now the last
    const auto second = frequent_key(Bytes(64, 1));
    for (std::uint8_t i = 64; i < 64 + 62; ++i)
        numbered(i);
    CHECK(numbered(0) == first.get());
    for (std::uint8_t i = 0; i < 64; ++i)
        numbered(static_cast<std::uint8_t>(130 + i));
    CHECK(numbered(0) != first.get());
    CHECK(numbered(1) != second.get());
}

}  // namespace frequent_keys_test

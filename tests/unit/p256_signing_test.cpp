#include "common/keys/p256_signing.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "common/keys/engines.h"
#include "common/keys/openssl_key.h"
#include "common/keys/private_key.h"
#include "common/keys/signing_key.h"
#include "common/values/digest.h"
#include "tests/support/catch.h"

namespace p256_signing_test {

using namespace kaspar;

namespace {

constexpr std::size_t batch = 64;

const BytesView message = as_bytes("what is signed");

PrivateKey a_key() {
    return generate_private_key({Algorithm::ecdsap256sha256, 256}).value();
}

const PrivateKey& the_key() {
    static const PrivateKey key = a_key();
    return key;
}

/// r is the nonce's shadow: two equal ones would give the key away.
Bytes r_of(const Bytes& signature) {
    return {signature.begin(), signature.begin() + 32};
}

using Number = std::shared_ptr<BIGNUM>;

Number number(BytesView octets) {
    return {BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr), BN_clear_free};
}

/// The nonce of a signature, which who has the key can tell: (digest + key r) / s.
class Nonces {
  public:
    explicit Nonces(const PrivateKey& key) {
        // RFC 5915 §3: version 1, then the number in 32 octets.
        const std::string& pkcs8 = key.pkcs8.text();
        const std::size_t at = pkcs8.find(std::string("\x02\x01\x01\x04\x20", 5));
        REQUIRE(at != std::string::npos);
        key_ = number(as_bytes(pkcs8).subspan(at + 5, 32));
    }

    Number of(BytesView text, BytesView signature) const {
        const BIGNUM* order = EC_GROUP_get0_order(curve_.get());
        const Number digest = number(sha256(text)), r = number(signature.first(32)),
                     s = number(signature.subspan(32));
        Number nonce = number({});
        BN_mod_mul(nonce.get(), key_.get(), r.get(), order, scratch_.get());
        BN_mod_add(nonce.get(), nonce.get(), digest.get(), order, scratch_.get());
        BN_mod_inverse(s.get(), s.get(), order, scratch_.get());
        BN_mod_mul(nonce.get(), nonce.get(), s.get(), order, scratch_.get());
        return nonce;
    }

  private:
    std::shared_ptr<EC_GROUP> curve_{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1),
                                     EC_GROUP_free};
    std::shared_ptr<BN_CTX> scratch_{BN_CTX_new(), BN_CTX_free};
    Number key_;
};

}  // namespace

TEST_CASE("no two signatures have the same nonce, whatever key or thread made them",
          "[p256_signing]") {
    constexpr std::size_t threads = 3, each = 5 * batch / 2;
    const PrivateKey other = a_key();
    std::array<std::vector<Bytes>, threads> made;
    {
        std::vector<std::jthread> crew;
        for (auto& mine : made)
            crew.emplace_back([&] {
                const auto one = make_signing_key(the_key()).value();
                const auto copy = one->duplicate().value();
                const auto two = make_signing_key(other).value();
                for (std::size_t i = 0; i < each; ++i)
                    for (SigningKey* key : {one.get(), copy.get(), two.get()})
                        mine.push_back(key->sign(message).value());
            });
    }
    const auto by_one = make_verifier(the_key().public_half).value();
    const auto by_two = make_verifier(other.public_half).value();
    std::set<Bytes> seen;
    for (const auto& some : made)
        for (std::size_t i = 0; i < some.size(); ++i) {
            REQUIRE((i % 3 == 2 ? by_two : by_one)->verify(message, some[i]));
            REQUIRE(seen.insert(r_of(some[i])).second);
        }
    CHECK(seen.size() == 3 * threads * each);
}

TEST_CASE("a process does not go on with its parent's nonces", "[p256_signing]") {
    const auto key = make_signing_key(the_key()).value();
    std::set<Bytes> seen{r_of(key->sign(message).value())};  // there is a batch now
    std::array<int, 2> channel{};
    REQUIRE(pipe(channel.data()) == 0);
    const pid_t child = fork();
    if (child == 0) {
        for (std::size_t i = 0; i < 2 * batch; ++i) {
            const auto signature = key->sign(message);
            if (!signature.ok() || write(channel[1], signature->data(), 64) != 64)
                _exit(1);
        }
        _exit(0);
    }
    close(channel[1]);
    for (std::size_t i = 0; i < 2 * batch; ++i) {
        CHECK(seen.insert(r_of(key->sign(message).value())).second);
        Bytes of_child(64);
        REQUIRE(read(channel[0], of_child.data(), 64) == 64);
        CHECK(seen.insert(r_of(of_child)).second);
    }
    close(channel[0]);
    int status = 1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

// A nonce with bits that are known, or more often one than the other, gives the key away after some
// hundreds of signatures.
TEST_CASE("every bit of a nonce is as often one as zero", "[p256_signing]") {
    const auto key = make_signing_key(the_key()).value();
    const Nonces nonces(the_key());
    constexpr int signatures = 4096;
    std::array<int, 256> ones{};
    for (int i = 0; i < signatures; ++i) {
        const std::string text = std::to_string(i);
        const Number nonce = nonces.of(as_bytes(text), key->sign(as_bytes(text)).value());
        for (int bit = 0; bit < 256; ++bit)
            ones[static_cast<std::size_t>(bit)] += BN_is_bit_set(nonce.get(), bit);
    }
    // Seven times the standard deviation of 32: once in a billion runs.
    for (const int count : ones)
        REQUIRE(std::abs(count - signatures / 2) < 7 * 32);
}

TEST_CASE("what is no private key of P-256 does not sign as one", "[p256_signing]") {
    const PublicKey& half = the_key().public_half;
    for (const auto other :
         {Algorithm::ecdsap384sha384, Algorithm::rsasha256, Algorithm::ed25519}) {
        INFO(facts(other).mnemonic);
        const PrivateKey key = generate_private_key({other, facts(other).default_bits}).value();
        const auto made = make_openssl_key({half, Secret(key.pkcs8.text())});
        REQUIRE_FALSE(made.ok());
        CHECK(made.fault().kind == FaultClass::key);
    }
}

}  // namespace p256_signing_test

#include "common/keys/nettle_key.h"

#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <openssl/core_names.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <vector>

#include "common/keys/openssl_adapter.h"
#include "common/values/digest.h"

namespace kaspar {
namespace {

constexpr std::size_t width = 384 / 8;  ///< octets of a number below the curve's order

static_assert(GMP_NAIL_BITS == 0, "a limb uses all its bits");

template <typename T>
void wipe(T& elements) {
    OPENSSL_cleanse(elements.data(), elements.size() * sizeof(elements[0]));
}

/// Nettle's low-level functions take plain limbs, so that their memory is ours to wipe. Its
/// ecc_scalar and ecdsa_sign() are easier to use, but neither wipes: the former leaves the key
/// behind, the latter its intermediate numbers, of which the nonce is as good as the key.
template <typename T>
struct Wiped : std::array<T, width / sizeof(T)> {
    Wiped() : std::array<T, width / sizeof(T)>{} {}
    Wiped(const Wiped&) = default;
    Wiped& operator=(const Wiped&) = default;
    ~Wiped() { wipe(*this); }
};

using Octets = Wiped<unsigned char>;  ///< big-endian
using Number = Wiped<mp_limb_t>;      ///< the least limb first

Number to_number(const Octets& octets) {
    Number number;
    for (std::size_t i = 0; i < width; ++i)
        number[i / sizeof(mp_limb_t)] |= mp_limb_t{octets[width - 1 - i]}
                                         << (8 * (i % sizeof(mp_limb_t)));
    return number;
}

void append(Bytes& to, const Number& number) {
    for (std::size_t i = width; i-- > 0;)
        to.push_back(static_cast<std::uint8_t>(number[i / sizeof(mp_limb_t)] >>
                                               (8 * (i % sizeof(mp_limb_t)))));
}

bool is_zero(const Number& number) {
    return std::accumulate(number.begin(), number.end(), mp_limb_t{0}, std::bit_or<>()) == 0;
}

/// Whether the number is surely from 1 to the order less 1. The upper 192 bits of P-384's order are
/// all ones (SP 800-186 §3.2.1.4), so a zero among them is proof enough; it is missing once in
/// 2^192 numbers, and looking for it takes the same time whatever the number is.
bool below_order(const Number& number) {
    const auto upper = number.begin() + static_cast<std::ptrdiff_t>(number.size() / 2);
    const mp_limb_t ones = ~mp_limb_t{0};
    return std::accumulate(upper, number.end(), ones, std::bit_and<>()) != ones && !is_zero(number);
}

const ecc_curve* curve() {
    return nettle_get_secp_384r1();
}

/// The key is shared by all duplicates, since it does not change; each has its own scratch memory.
class NettleKey final : public SigningKey {
  public:
    NettleKey(PublicKey public_half, std::shared_ptr<const Number> key)
        : public_(std::move(public_half)),
          key_(std::move(key)),
          scratch_(static_cast<std::size_t>(ecc_ecdsa_sign_itch(curve()))) {}

    const PublicKey& public_key() const override { return public_; }
    Result<Bytes> sign(BytesView message) override;
    Result<std::unique_ptr<SigningKey>> duplicate() const override {
        return std::unique_ptr<SigningKey>(std::make_unique<NettleKey>(public_, key_));
    }

  private:
    PublicKey public_;
    std::shared_ptr<const Number> key_;
    std::vector<mp_limb_t> scratch_;
};

/// From OpenSSL's generator of secrets, one a thread, seeded by the operating system and again
/// after a fork.
Outcome draw_nonce(Number& nonce) {
    do {
        if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(nonce.data()), width) != 1)
            return openssl::fault("signing failed for want of randomness");
    } while (!below_order(nonce));
    return Done{};
}

/// FIPS 186-5 §6.4.1. The signature is r and s, each as wide as the curve's order (RFC 6605 §4).
Result<Bytes> NettleKey::sign(BytesView message) {
    const Bytes digest = sha384(message);
    Number nonce, r, s;
    do {
        KASPAR_CHECK(draw_nonce(nonce));
        ecc_ecdsa_sign(curve(), key_->data(), nonce.data(), digest.size(), digest.data(), r.data(),
                       s.data(), scratch_.data());
        wipe(scratch_);
    } while (is_zero(r) || is_zero(s));
    Bytes signature;
    signature.reserve(2 * width);
    append(signature, r);
    append(signature, s);
    return signature;
}

bool is_on_curve(const EVP_PKEY* key) {
    std::array<char, 64> group{};
    return EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
           std::string_view(group.data()) == "secp384r1";
}

/// The private number of the key, or null.
std::shared_ptr<const Number> private_number(const EVP_PKEY* key) {
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &value) != 1)
        return nullptr;
    const openssl::BigNumber owned(value);
    Octets octets;
    if (BN_bn2binpad(value, octets.data(), width) != width)
        return nullptr;
    auto number = std::make_shared<const Number>(to_number(octets));
    return below_order(*number) ? number : nullptr;
}

}  // namespace

Result<std::unique_ptr<SigningKey>> make_nettle_key(const PrivateKey& key) {
    require(key.public_half.algorithm == Algorithm::ecdsap384sha384,
            "Nettle signs with ECDSA P-384 only");
    const openssl::Key parsed = openssl::parse_pkcs8(as_bytes(key.pkcs8.text()));
    if (!parsed)
        return openssl::fault("the private key cannot be read");
    if (!is_on_curve(parsed.get()))
        return Fault{FaultClass::key, "the private key is not one of P-384"};
    auto number = private_number(parsed.get());
    if (!number)
        return openssl::fault("the private key cannot be read");
    return std::unique_ptr<SigningKey>(
        std::make_unique<NettleKey>(key.public_half, std::move(number)));
}

}  // namespace kaspar

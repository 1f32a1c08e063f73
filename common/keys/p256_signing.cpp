#define OPENSSL_SUPPRESS_DEPRECATED  // nothing else of OpenSSL 3 takes a nonce that is ready
#include "common/keys/p256_signing.h"

#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "common/keys/openssl_adapter.h"

namespace kaspar {
namespace {

using openssl::BigNumber;
using openssl::Handle;
using openssl::Scratch;

using Montgomery = Handle<BN_MONT_CTX, BN_MONT_CTX_free>;

constexpr std::size_t scalar_size = 32;
constexpr std::size_t batch_size = 64;  ///< a batch of 256 would save a twentieth more

using Numbers = std::array<BigNumber, batch_size>;

/// The nonces of one thread. A nonce that is used twice gives the key away, so one is taken before
/// it is used, and wiped whatever comes of it; and a process does not go on with its parent's.
/// Every step takes the same time whatever the secret numbers are, unless one begins with 64 zeros.
class Nonces {
  public:
    Nonces();

    /// Null if OpenSSL fails.
    openssl::EcdsaSignature sign(BytesView digest, EC_KEY* key);

  private:
    bool is_ready() const { return left_ > 0 && maker_ == getpid(); }
    bool make();
    bool draw();
    bool multiply(BN_CTX* scratch);
    bool invert(BN_CTX* scratch);

    openssl::Curve curve_ = openssl::new_p256();
    Montgomery modulo_order_{BN_MONT_CTX_new()};
    BigNumber order_less_two_{BN_new()};
    std::array<Handle<EC_POINT, EC_POINT_clear_free>, batch_size> points_;
    Numbers inverses_;  ///< of the nonces
    Numbers rs_;        ///< x of their points, modulo the order
    std::size_t left_ = 0;
    pid_t maker_ = 0;
    bool usable_ = false;
};

Nonces::Nonces() {
    const Scratch scratch(BN_CTX_new());
    if (!curve_ || !modulo_order_ || !order_less_two_ || !scratch)
        return;
    const BIGNUM* order = EC_GROUP_get0_order(curve_.get());
    usable_ = BN_MONT_CTX_set(modulo_order_.get(), order, scratch.get()) == 1 &&
              BN_copy(order_less_two_.get(), order) && BN_sub_word(order_less_two_.get(), 2) == 1;
    for (std::size_t i = 0; i < batch_size; ++i) {
        points_[i].reset(EC_POINT_new(curve_.get()));
        inverses_[i].reset(BN_new());
        rs_[i].reset(BN_new());
        usable_ = usable_ && points_[i] && inverses_[i] && rs_[i];
    }
}

/// Octets that either of two generators suffices to keep secret: OpenSSL's, and the kernel's, which
/// knows when a machine is resumed from a snapshot of its memory.
template <std::size_t Size>
bool draw_octets(std::array<unsigned char, Size>& octets) {
    constexpr std::size_t most = 256;  // that getentropy() gives at a time
    static_assert(Size % most == 0);
    std::array<unsigned char, Size> kernels{};
    bool good = RAND_priv_bytes(octets.data(), Size) == 1;
    for (std::size_t i = 0; i < Size; i += most)
        good = good && ::getentropy(kernels.data() + i, most) == 0;
    for (std::size_t i = 0; i < Size; ++i)
        octets[i] ^= kernels[i];
    OPENSSL_cleanse(kernels.data(), Size);
    return good;
}

/// A number that begins with zeros takes OpenSSL less time: so it is read with an octet before it,
/// which is then masked away.
bool set_number(BIGNUM* number, const unsigned char* octets) {
    std::array<unsigned char, 1 + scalar_size> longer{0xff};
    std::memcpy(longer.data() + 1, octets, scalar_size);
    const bool good = BN_bin2bn(longer.data(), longer.size(), number) &&
                      BN_mask_bits(number, scalar_size * 8) == 1;
    OPENSSL_cleanse(longer.data(), longer.size());
    return good;
}

/// Nonces from 1 to the order less 1, each as likely as any other (FIPS 186-5 §A.3.2). They stand
/// where their inverses will. One of 2^26 batches holds a number that is too large, and is drawn
/// again.
bool Nonces::draw() {
    std::array<unsigned char, batch_size * scalar_size> octets{};
    bool in_range = false, good = true;
    while (good && !in_range) {
        good = draw_octets(octets);
        in_range = true;
        for (std::size_t i = 0; i < batch_size; ++i) {
            BIGNUM* nonce = inverses_[i].get();
            good = good && set_number(nonce, octets.data() + i * scalar_size);
            in_range = in_range && !BN_is_zero(nonce) &&
                       BN_cmp(nonce, EC_GROUP_get0_order(curve_.get())) < 0;
        }
    }
    OPENSSL_cleanse(octets.data(), octets.size());
    return good;
}

/// Each times the generator. Points come with a denominator, and are rid of it together.
bool Nonces::multiply(BN_CTX* scratch) {
    std::array<EC_POINT*, batch_size> points{};
    for (std::size_t i = 0; i < batch_size; ++i) {
        points[i] = points_[i].get();
        if (EC_POINT_mul(curve_.get(), points[i], inverses_[i].get(), nullptr, nullptr, scratch) !=
            1)
            return false;
    }
    const BigNumber denominator(BN_new());
    if (!denominator ||
        EC_POINTs_make_affine(curve_.get(), batch_size, points.data(), scratch) != 1)
        return false;
    for (std::size_t i = 0; i < batch_size; ++i) {
        BIGNUM* r = rs_[i].get();
        if (EC_POINT_get_Jprojective_coordinates_GFp(curve_.get(), points[i], r, nullptr,
                                                     denominator.get(), scratch) != 1 ||
            !BN_is_one(denominator.get()) ||
            BN_nnmod(r, r, EC_GROUP_get0_order(curve_.get()), scratch) != 1 || BN_is_zero(r))
            return false;
    }
    return true;
}

/// By one inversion, of their product (Montgomery's trick). Numbers are in Montgomery's form but
/// for what is inverted, and for the result. The order is a prime, so a number's inverse is its
/// power to the order less 2.
bool Nonces::invert(BN_CTX* scratch) {
    BN_MONT_CTX* order = modulo_order_.get();
    const auto multiply = [&](BIGNUM* product, const BIGNUM* a, const BIGNUM* b) {
        return BN_mod_mul_montgomery(product, a, b, order, scratch) == 1;
    };
    Numbers products;  // of all nonces up to each
    bool good = true;
    for (std::size_t i = 0; i < batch_size && good; ++i) {
        BIGNUM* nonce = inverses_[i].get();
        products[i].reset(BN_new());
        good = products[i] && BN_to_montgomery(nonce, nonce, order, scratch) == 1 &&
               (i == 0 ? BN_copy(products[i].get(), nonce) != nullptr
                       : multiply(products[i].get(), products[i - 1].get(), nonce));
    }
    const BigNumber rest(BN_new());  // the inverse of the product of those that are still nonces
    BIGNUM* total = good ? products.back().get() : nullptr;
    good = good && rest && BN_from_montgomery(total, total, order, scratch) == 1 &&
           BN_mod_exp_mont_consttime(rest.get(), total, order_less_two_.get(),
                                     EC_GROUP_get0_order(curve_.get()), scratch, order) == 1 &&
           BN_to_montgomery(rest.get(), rest.get(), order, scratch) == 1;
    for (std::size_t i = batch_size - 1; i > 0 && good; --i) {
        BIGNUM* inverse = products[i - 1].get();
        good = multiply(inverse, inverse, rest.get()) &&
               multiply(rest.get(), rest.get(), inverses_[i].get()) &&
               BN_from_montgomery(inverses_[i].get(), inverse, order, scratch) == 1;
    }
    return good && BN_from_montgomery(inverses_[0].get(), rest.get(), order, scratch) == 1;
}

bool Nonces::make() {
    left_ = 0;
    const Scratch scratch(BN_CTX_new());
    if (!usable_ || !scratch || !draw() || !multiply(scratch.get()) || !invert(scratch.get()))
        return false;
    maker_ = getpid();
    left_ = batch_size;
    return true;
}

openssl::EcdsaSignature Nonces::sign(BytesView digest, EC_KEY* key) {
    if (!is_ready() && !make())
        return nullptr;
    const std::size_t taken = --left_;
    BIGNUM* inverse = inverses_[taken].get();
    openssl::EcdsaSignature made(ECDSA_do_sign_ex(digest.data(), static_cast<int>(digest.size()),
                                                  inverse, rs_[taken].get(), key));
    BN_clear(inverse);
    return made;
}

}  // namespace

Result<Bytes> sign_p256(BytesView digest, EC_KEY* key) {
    static thread_local Nonces nonces;
    const auto pair = nonces.sign(digest, key);
    Bytes signature(2 * scalar_size);
    if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), signature.data(), scalar_size) < 0 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), signature.data() + scalar_size, scalar_size) < 0)
        return openssl::fault("signing failed");
    return signature;
}

}  // namespace kaspar

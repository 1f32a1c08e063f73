#define OPENSSL_SUPPRESS_DEPRECATED  // nothing else of OpenSSL 3 makes a table
#include "common/keys/p256_table.h"

#include <gmp.h>

#include <array>

#include "common/keys/openssl_adapter.h"

namespace kaspar {
namespace {

using openssl::BigNumber;
using openssl::Curve;
using openssl::Scratch;

using Point = openssl::Handle<EC_POINT, EC_POINT_free>;

constexpr std::size_t scalar_size = 32;

/// GMP inverts eight times as fast as OpenSSL. Nothing here is secret. Where there is no memory GMP
/// ends the process: so each number has room for a product from the start, and asks for no more.
class Number {
  public:
    Number() { mpz_init2(number_, 2 * scalar_size * 8 + GMP_NUMB_BITS); }
    ~Number() { mpz_clear(number_); }
    Number(const Number&) = delete;
    Number& operator=(const Number&) = delete;

    void set(BytesView octets) { mpz_import(number_, octets.size(), 1, 1, 1, 0, octets.data()); }

    void set(const BIGNUM* scalar) {
        std::array<unsigned char, scalar_size> octets{};
        BN_bn2binpad(scalar, octets.data(), scalar_size);
        set(octets);
    }

    /// False if it has more octets than a scalar.
    bool copy_to(BIGNUM* target) const {
        std::array<unsigned char, scalar_size> octets{};
        if (mpz_sizeinbase(number_, 2) > octets.size() * 8)
            return false;
        std::size_t size = 0;
        mpz_export(octets.data(), &size, 1, 1, 1, 0, number_);
        return BN_bin2bn(octets.data(), static_cast<int>(size), target) != nullptr;
    }

    operator mpz_ptr() { return number_; }
    operator mpz_srcptr() const { return number_; }

  private:
    mpz_t number_;
};

/// OpenSSL keeps a table for a curve's generator and nothing else: so a second curve, the same but
/// for its generator, which is the key.
Curve curve_around(BytesView point) {
    Curve around = openssl::new_p256();
    const Scratch scratch(BN_CTX_new());
    const Point key(around ? EC_POINT_new(around.get()) : nullptr);
    if (!key || !scratch || point.size() != 2 * scalar_size)
        return nullptr;
    Bytes uncompressed{0x04};
    uncompressed.insert(uncompressed.end(), point.begin(), point.end());
    if (EC_POINT_oct2point(around.get(), key.get(), uncompressed.data(), uncompressed.size(),
                           scratch.get()) != 1 ||
        EC_GROUP_set_generator(around.get(), key.get(), EC_GROUP_get0_order(around.get()),
                               BN_value_one()) != 1)
        return nullptr;
    const bool made = EC_GROUP_precompute_mult(around.get(), scratch.get()) == 1 &&
                      EC_GROUP_have_precompute_mult(around.get()) == 1;
    return made ? std::move(around) : nullptr;
}

/// What one thread computes with, whatever the key.
class Computation {
  public:
    Computation();

    /// False also where OpenSSL fails.
    bool verify(const EC_GROUP* around_key, BytesView digest, BytesView signature);

  private:
    bool split(BytesView digest, BytesView signature);
    bool sum(const EC_GROUP* around_key);
    bool is_r_its_x();

    Curve p256_ = openssl::new_p256();
    Point by_generator_, by_key_;
    Scratch scratch_{BN_CTX_new()};
    BigNumber u1_{BN_new()}, u2_{BN_new()}, sum_x_{BN_new()}, sum_z_{BN_new()};
    Number order_, prime_, digest_, r_, s_, u_, x_, z_;
    bool usable_ = false;
};

Computation::Computation() {
    if (!p256_ || !scratch_ || !u1_ || !u2_ || !sum_x_ || !sum_z_)
        return;
    by_generator_.reset(EC_POINT_new(p256_.get()));
    by_key_.reset(EC_POINT_new(p256_.get()));
    order_.set(EC_GROUP_get0_order(p256_.get()));
    prime_.set(EC_GROUP_get0_field(p256_.get()));
    usable_ = by_generator_ && by_key_;
}

/// u1 = digest / s, u2 = r / s. False unless r and s are from 1 to the order less one.
bool Computation::split(BytesView digest, BytesView signature) {
    digest_.set(digest);
    r_.set(signature.first(scalar_size));
    s_.set(signature.subspan(scalar_size));
    const auto in_range = [&](const Number& scalar) {
        return mpz_sgn(mpz_srcptr(scalar)) > 0 && mpz_cmp(scalar, order_) < 0;
    };
    if (!in_range(r_) || !in_range(s_) || mpz_invert(s_, s_, order_) == 0)
        return false;
    const auto over_s = [&](const Number& dividend, BIGNUM* quotient) {
        mpz_mul(u_, dividend, s_);
        mpz_mod(u_, u_, order_);
        return u_.copy_to(quotient);
    };
    return over_s(digest_, u1_.get()) && over_s(r_, u2_.get());
}

/// u1 times the generator plus u2 times the key. OpenSSL's points have a denominator: x over z²; to
/// be rid of it takes a sixth of the time that all else takes.
bool Computation::sum(const EC_GROUP* around_key) {
    const bool added =
        EC_POINT_mul(p256_.get(), by_generator_.get(), u1_.get(), nullptr, nullptr,
                     scratch_.get()) == 1 &&
        EC_POINT_mul(around_key, by_key_.get(), u2_.get(), nullptr, nullptr, scratch_.get()) == 1 &&
        EC_POINT_add(p256_.get(), by_key_.get(), by_generator_.get(), by_key_.get(),
                     scratch_.get()) == 1 &&
        EC_POINT_get_Jprojective_coordinates_GFp(p256_.get(), by_key_.get(), sum_x_.get(), nullptr,
                                                 sum_z_.get(), scratch_.get()) == 1;
    if (!added)
        return false;
    x_.set(sum_x_.get());
    z_.set(sum_z_.get());
    return true;
}

/// Whether r is x of the sum, modulo the order. The field is a little larger than the order, so x
/// may be r plus the order. False if the sum is the point at infinity.
bool Computation::is_r_its_x() {
    if (mpz_sgn(mpz_srcptr(z_)) == 0)
        return false;
    mpz_mul(u_, z_, z_);
    mpz_mod(z_, u_, prime_);
    for (; mpz_cmp(r_, prime_) < 0; mpz_add(r_, r_, order_)) {
        mpz_mul(u_, r_, z_);
        mpz_mod(u_, u_, prime_);
        if (mpz_cmp(u_, x_) == 0)
            return true;
    }
    return false;
}

bool Computation::verify(const EC_GROUP* around_key, BytesView digest, BytesView signature) {
    return usable_ && digest.size() == scalar_size && signature.size() == 2 * scalar_size &&
           split(digest, signature) && sum(around_key) && is_r_its_x();
}

class Table final : public P256Table {
  public:
    explicit Table(Curve around_key) : around_key_(std::move(around_key)) {}

    bool verify(BytesView digest, BytesView signature) const override {
        static thread_local Computation computation;
        const bool good = computation.verify(around_key_.get(), digest, signature);
        if (!good)
            ERR_clear_error();
        return good;
    }

  private:
    const Curve around_key_;
};

}  // namespace

std::unique_ptr<P256Table> make_p256_table(BytesView point) {
    if (Curve around = curve_around(point))
        return std::make_unique<Table>(std::move(around));
    ERR_clear_error();
    return nullptr;
}

}  // namespace kaspar

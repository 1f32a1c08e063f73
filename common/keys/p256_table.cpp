#include "common/keys/p256_table.h"

#include <gmp.h>
#include <openssl/ec.h>

#include <array>

#include "common/keys/openssl_adapter.h"

namespace kaspar {
namespace {

using openssl::BigNumber;
using openssl::Handle;

using Curve = Handle<EC_GROUP, EC_GROUP_free>;
using Point = Handle<EC_POINT, EC_POINT_free>;
using Scratch = Handle<BN_CTX, BN_CTX_free>;

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
/// for its generator, which is the key. It calls that deprecated without naming anything instead.
Curve curve_around(const EC_GROUP* p256, const EC_POINT* key) {
    Curve around(EC_GROUP_dup(p256));
    if (!around ||
        EC_GROUP_set_generator(around.get(), key, EC_GROUP_get0_order(p256), BN_value_one()) != 1)
        return nullptr;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    const bool made = EC_GROUP_precompute_mult(around.get(), nullptr) == 1 &&
                      EC_GROUP_have_precompute_mult(around.get()) == 1;
#pragma GCC diagnostic pop
    return made ? std::move(around) : nullptr;
}

class Table final : public P256Table {
  public:
    /// False: of no use.
    bool prepare(BytesView point);
    bool verify(BytesView digest, BytesView signature) override;

  private:
    bool split(BytesView digest, BytesView signature);
    bool sum();

    Curve p256_{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
    Curve around_key_;
    Point by_generator_, by_key_;
    Scratch scratch_{BN_CTX_new()};
    BigNumber u1_{BN_new()}, u2_{BN_new()}, sum_x_{BN_new()};
    Number order_, digest_, r_, s_, u_, x_;
};

bool Table::prepare(BytesView point) {
    if (!p256_ || !scratch_ || !u1_ || !u2_ || !sum_x_ || point.size() != 2 * scalar_size)
        return false;
    Bytes uncompressed{0x04};
    uncompressed.insert(uncompressed.end(), point.begin(), point.end());
    const Point key(EC_POINT_new(p256_.get()));
    if (!key || EC_POINT_oct2point(p256_.get(), key.get(), uncompressed.data(), uncompressed.size(),
                                   scratch_.get()) != 1)
        return false;
    order_.set(EC_GROUP_get0_order(p256_.get()));
    around_key_ = curve_around(p256_.get(), key.get());
    by_generator_.reset(EC_POINT_new(p256_.get()));
    by_key_.reset(around_key_ ? EC_POINT_new(around_key_.get()) : nullptr);
    return by_generator_ && by_key_;
}

/// u1 = digest / s, u2 = r / s. False unless r and s are from 1 to the order less one.
bool Table::split(BytesView digest, BytesView signature) {
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

/// x of u1 times the generator plus u2 times the key. False if that is the point at infinity.
bool Table::sum() {
    return EC_POINT_mul(p256_.get(), by_generator_.get(), u1_.get(), nullptr, nullptr,
                        scratch_.get()) == 1 &&
           EC_POINT_mul(around_key_.get(), by_key_.get(), u2_.get(), nullptr, nullptr,
                        scratch_.get()) == 1 &&
           EC_POINT_add(p256_.get(), by_key_.get(), by_generator_.get(), by_key_.get(),
                        scratch_.get()) == 1 &&
           EC_POINT_get_affine_coordinates(p256_.get(), by_key_.get(), sum_x_.get(), nullptr,
                                           scratch_.get()) == 1;
}

bool Table::verify(BytesView digest, BytesView signature) {
    if (digest.size() != scalar_size || signature.size() != 2 * scalar_size ||
        !split(digest, signature) || !sum()) {
        ERR_clear_error();
        return false;
    }
    x_.set(sum_x_.get());
    mpz_mod(x_, x_, order_);  // the field is a little larger than the order
    return mpz_cmp(x_, r_) == 0;
}

}  // namespace

std::unique_ptr<P256Table> make_p256_table(BytesView point) {
    auto table = std::make_unique<Table>();
    if (table->prepare(point))
        return table;
    ERR_clear_error();
    return nullptr;
}

}  // namespace kaspar

#include "common/keys/p256_table.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <array>
#include <memory>
#include <string>

#include "tests/support/catch.h"

namespace p256_table_test {

using namespace kaspar;

namespace {

/// Numbers below the order of P-256's group, and what they make of its points.
using Number = std::shared_ptr<BIGNUM>;
using Point = std::shared_ptr<EC_POINT>;

const EC_GROUP* curve() {
    static const EC_GROUP* made = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    return made;
}

const BIGNUM* order() {
    return EC_GROUP_get0_order(curve());
}

BN_CTX* scratch() {
    static BN_CTX* made = BN_CTX_new();
    return made;
}

Number number(unsigned long value = 0) {
    Number made(BN_new(), BN_free);
    BN_set_word(made.get(), value);
    return made;
}

Number random_number() {
    Number made = number();
    while (BN_is_zero(made.get()))
        BN_rand_range(made.get(), order());
    return made;
}

Number product(const Number& a, const Number& b) {
    Number made = number();
    BN_mod_mul(made.get(), a.get(), b.get(), order(), scratch());
    return made;
}

Number quotient(const Number& a, const Number& b) {
    Number inverse = number();
    BN_mod_inverse(inverse.get(), b.get(), order(), scratch());
    return product(a, inverse);
}

Number negative(const Number& a) {
    Number made = number();
    BN_sub(made.get(), order(), a.get());
    return made;
}

Point point() {
    return {EC_POINT_new(curve()), EC_POINT_free};
}

/// a times the generator plus b times `other`.
Point sum(const Number& a, const EC_POINT* other, const Number& b) {
    Point made = point();
    EC_POINT_mul(curve(), made.get(), a.get(), other, b.get(), scratch());
    return made;
}

Point times_generator(const Number& a) {
    Point made = point();
    EC_POINT_mul(curve(), made.get(), a.get(), nullptr, nullptr, scratch());
    return made;
}

/// x, not reduced.
Number x_of(const Point& at) {
    Number made = number();
    EC_POINT_get_affine_coordinates(curve(), at.get(), made.get(), nullptr, scratch());
    return made;
}

Number reduced(const Number& a) {
    Number made = number();
    BN_nnmod(made.get(), a.get(), order(), scratch());
    return made;
}

Bytes octets(const BIGNUM* a) {
    Bytes made(32);
    BN_bn2binpad(a, made.data(), 32);
    return made;
}

Bytes joined(const BIGNUM* r, const BIGNUM* s) {
    Bytes both = octets(r);
    const Bytes second = octets(s);
    both.insert(both.end(), second.begin(), second.end());
    return both;
}

Bytes key_form(const Point& key) {
    Bytes made(65);
    EC_POINT_point2oct(curve(), key.get(), POINT_CONVERSION_UNCOMPRESSED, made.data(), made.size(),
                       scratch());
    made.erase(made.begin());
    return made;
}

struct Signed {
    Number digest, r, s;
};

bool table_says(const Point& key, const Signed& what) {
    return make_p256_table(key_form(key))
        ->verify(octets(what.digest.get()), joined(what.r.get(), what.s.get()));
}

/// By the private key `d` with the nonce `k` (FIPS 186-5 §6.4.1).
Signed signature_by(const Number& d, const Number& digest, const Number& k) {
    const Number r = reduced(x_of(times_generator(k)));
    Number numerator = number();
    BN_mod_add(numerator.get(), digest.get(), product(r, d).get(), order(), scratch());
    return {digest, r, quotient(numerator, k)};
}

}  // namespace

TEST_CASE("a table of a P-256 key says of signatures what their equation says", "[p256_table]") {
    const Number d = random_number();
    const Point key = times_generator(d);
    const auto table = make_p256_table(key_form(key));
    REQUIRE(table);
    for (int i = 0; i < 200; ++i) {
        const Signed good = signature_by(d, random_number(), random_number());
        const Bytes digest = octets(good.digest.get());
        const Bytes signature = joined(good.r.get(), good.s.get());
        REQUIRE(table->verify(digest, signature));
        // n less s is as good as s: an equation, not a rule of ours.
        REQUIRE(table->verify(digest, joined(good.r.get(), negative(good.s).get())));
        Bytes altered = signature;
        altered[static_cast<std::size_t>(i) % 64] ^= static_cast<std::uint8_t>(1 << i % 8);
        REQUIRE_FALSE(table->verify(digest, altered));
        altered = digest;
        altered[static_cast<std::size_t>(i) % 32] ^= static_cast<std::uint8_t>(1 << i % 8);
        REQUIRE_FALSE(table->verify(altered, signature));
        REQUIRE_FALSE(table->verify(digest, joined(good.s.get(), good.r.get())));
    }
}

TEST_CASE("a table knows the rare points: infinity, twice the same, x beyond the order",
          "[p256_table]") {
    const Number d = random_number();
    const Point key = times_generator(d);

    SECTION("both halves are the same point, which is doubled") {
        const Number u1 = random_number(), twice = product(u1, number(2));
        const Number r = reduced(x_of(times_generator(twice))), digest = product(r, d);
        CHECK(table_says(key, {digest, r, quotient(digest, u1)}));
    }
    SECTION("both halves cancel each other") {
        const Number digest = random_number(), s = random_number();
        CHECK_FALSE(table_says(key, {digest, quotient(negative(digest), d), s}));
    }
    SECTION("a digest of zero: all comes from the key") {
        const Number u2 = random_number(), r = reduced(x_of(sum(number(), key.get(), u2)));
        const Signed good{number(), r, quotient(r, u2)};
        CHECK(table_says(key, good));
        // The order is zero, too.
        CHECK(make_p256_table(key_form(key))
                  ->verify(octets(order()), joined(good.r.get(), good.s.get())));
        CHECK_FALSE(table_says(key, {number(1), good.r, good.s}));
    }
    SECTION("x is between order and prime, so r is x less the order") {
        // The first such x that is on the curve, and a key of which it makes a signature.
        Point nonce = point();
        Number r = number(0);
        Number x = number();
        do {
            BN_add_word(r.get(), 1);
            BN_add(x.get(), r.get(), order());
        } while (EC_POINT_set_compressed_coordinates(curve(), nonce.get(), x.get(), 0, scratch()) !=
                 1);
        REQUIRE(BN_cmp(x_of(nonce).get(), order()) > 0);
        const Number digest = random_number(), s = random_number();
        const Point made = sum(quotient(negative(digest), r), nonce.get(), quotient(s, r));
        CHECK(table_says(made, {digest, r, s}));
        CHECK_FALSE(table_says(made, {digest, s, r}));
    }
}

TEST_CASE("a table refuses r and s that are zero or not below the order", "[p256_table]") {
    const Number d = random_number();
    const Signed good = signature_by(d, random_number(), random_number());
    const auto table = make_p256_table(key_form(times_generator(d)));
    const Bytes digest = octets(good.digest.get());
    const Number zero = number(), all_ones = number();
    BN_set_bit(all_ones.get(), 256), BN_sub_word(all_ones.get(), 1);
    for (const BIGNUM* wrong : std::array<const BIGNUM*, 3>{zero.get(), order(), all_ones.get()}) {
        CHECK_FALSE(table->verify(digest, joined(wrong, good.s.get())));
        CHECK_FALSE(table->verify(digest, joined(good.r.get(), wrong)));
        CHECK_FALSE(table->verify(digest, joined(wrong, wrong)));
    }
    // With a small s, s plus the order has 32 octets, too.
    const Number small = number(7), wider = number();
    BN_add(wider.get(), small.get(), order());
    const Number k = random_number(), r = reduced(x_of(times_generator(k)));
    Number fitting = number();
    BN_mod_sub(fitting.get(), product(small, k).get(), product(r, d).get(), order(), scratch());
    CHECK(table->verify(octets(fitting.get()), joined(r.get(), small.get())));
    CHECK_FALSE(table->verify(octets(fitting.get()), joined(r.get(), wider.get())));
    CHECK_FALSE(table->verify({}, joined(good.r.get(), good.s.get())));
    CHECK_FALSE(table->verify(digest, octets(good.r.get())));
    CHECK_FALSE(table->verify(digest, {}));
}

TEST_CASE("what is no point of P-256 gets no table", "[p256_table]") {
    Bytes off = key_form(times_generator(random_number()));
    off.back() ^= 1;
    CHECK_FALSE(make_p256_table(off));
    CHECK_FALSE(make_p256_table(Bytes(64, 0)));
    CHECK_FALSE(make_p256_table(Bytes(63, 1)));
    CHECK_FALSE(make_p256_table({}));
}

}  // namespace p256_table_test

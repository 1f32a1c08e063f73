#include "common/keys/signing_key.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <thread>

#include "common/keys/engines.h"
#include "common/values/encoding.h"
#include "common/values/name.h"
#include "common/values/time.h"
#include "tests/support/catch.h"

namespace signing_key_test {

using namespace kaspar;

namespace {

const BytesView message = as_bytes("what is signed");

constexpr std::array signing_algorithms{
    Algorithm::rsasha256,       Algorithm::rsasha512, Algorithm::ecdsap256sha256,
    Algorithm::ecdsap384sha384, Algorithm::ed25519,   Algorithm::ed448,
};

/// One key of each algorithm for all tests here: RSA keys are slow to make. RSASHA512 takes the
/// RSASHA256 key.
const PrivateKey& key_of(Algorithm algorithm) {
    static std::map<Algorithm, PrivateKey> keys;
    const auto found = keys.find(algorithm);
    if (found != keys.end())
        return found->second;
    if (algorithm != Algorithm::rsasha512) {
        const KeyShape shape{algorithm, facts(algorithm).default_bits};
        return keys.emplace(algorithm, generate_private_key(shape).value()).first->second;
    }
    Secret copy(key_of(Algorithm::rsasha256).pkcs8.text());
    return keys.emplace(algorithm, read_private_key(algorithm, std::move(copy)).value())
        .first->second;
}

bool verifies(const PublicKey& key, BytesView text, BytesView signature) {
    return make_verifier(key).value()->verify(text, signature);
}

PublicKey public_key(Algorithm algorithm, std::string_view base64) {
    return {algorithm, from_base64(base64).value()};
}

void append_number(Bytes& to, std::uint32_t number, int octets) {
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
        to.push_back(static_cast<std::uint8_t>(number >> shift));
}

void append(Bytes& to, BytesView octets) {
    to.insert(to.end(), octets.begin(), octets.end());
}

/// A record and its RRSIG as an RFC prints them. All have TTL 3600 and a single RR.
struct Example {
    std::string source;
    PublicKey key;
    std::uint16_t type, tag;
    std::string_view expiration, inception;
    std::string_view signer, owner;
    std::string_view rdata;      ///< hexadecimal
    std::string_view signature;  ///< base64
};

/// RFC 4034 §3.1.8.1: the RRSIG's RDATA without the signature, then the RRset.
Bytes signed_data(const Example& example) {
    const Name owner = Name::from_text(example.owner).value();
    const Bytes rdata = from_hex(example.rdata).value();
    Bytes data;
    append_number(data, example.type, 2);
    append_number(data, static_cast<std::uint8_t>(example.key.algorithm), 1);
    append_number(data, owner.label_count(), 1);
    append_number(data, 3600, 4);
    append_number(data, to_wire_time(parse_rfc3339(example.expiration).value()), 4);
    append_number(data, to_wire_time(parse_rfc3339(example.inception).value()), 4);
    append_number(data, example.tag, 2);
    append(data, Name::from_text(example.signer).value().wire());
    append(data, owner.wire());
    append_number(data, example.type, 2);
    append_number(data, 1, 2);
    append_number(data, 3600, 4);
    append_number(data, static_cast<std::uint32_t>(rdata.size()), 2);
    append(data, rdata);
    return data;
}

constexpr std::uint16_t a = 1, mx = 15;
constexpr std::string_view mx_10_mail = "000a046d61696c076578616d706c6503636f6d00";
constexpr std::string_view mx_1_xx = "0001027878076578616d706c6500";
constexpr std::string_view a_192_0_2_1 = "c0000201", a_192_0_2_91 = "c000025b";

const std::string_view rfc8080_private_key = "ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=";

const std::vector<Example>& examples() {
    static const std::vector<Example> all{
        {"RFC 4035 appendix B.1",
         public_key(Algorithm::rsasha1,
                    "AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EF"
                    "McsGXxKciJFHyhl94C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEY"
                    "vh0z2542lzMKR4Dh8uZffQ=="),
         mx, 38519, "2004-05-09T18:36:19Z", "2004-04-09T18:36:19Z", "example", "x.w.example",
         mx_1_xx,
         "Il2WTZ+Bkv+OytBx4LItNW5mjB4RCwhOO8y1XzPHZmZUTVYL7LaA63f6T9ysVBzJRI3KRjAPH3U1qaYnDoN1"
         "DrWqmi9RJe4FoObkbcdm7P3Ikx70ePCoFgRz1Yq+bVVXCvGuAU4xALv3W/Y1jNSlwZ2mSWKHfxFQxPtLj8s3"
         "2+k="},
        {"RFC 5702 §6.1",
         public_key(Algorithm::rsasha256,
                    "AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8Pk"
                    "xUdp6p/DlUmObdk="),
         a, 9033, "2030-01-01T00:00:00Z", "2000-01-01T00:00:00Z", "example.net", "www.example.net",
         a_192_0_2_91,
         "kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4b"
         "wg=="},
        {"RFC 5702 §6.2",
         public_key(Algorithm::rsasha512,
                    "AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFD"
                    "xj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQ"
                    "BlZ3PFY12ZTSncorffcGmhOL"),
         a, 3740, "2030-01-01T00:00:00Z", "2000-01-01T00:00:00Z", "example.net", "www.example.net",
         a_192_0_2_91,
         "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0"
         "iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxd"
         "DLw="},
        {"RFC 6605 §6.1",
         public_key(Algorithm::ecdsap256sha256,
                    "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9x"
                    "MWyQLc8NAA=="),
         a, 55648, "2010-09-09T10:04:39Z", "2010-08-12T10:04:39Z", "example.net", "www.example.net",
         a_192_0_2_1,
         "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666V"
         "Cw=="},
        {"RFC 6605 §6.2",
         public_key(Algorithm::ecdsap384sha384,
                    "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRS"
                    "EkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40"),
         a, 10771, "2010-09-09T10:20:25Z", "2010-08-12T10:20:25Z", "example.net", "www.example.net",
         a_192_0_2_1,
         "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuy"
         "dCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm"},
        {"RFC 8080 §6.1, as corrected by erratum 4935",
         public_key(Algorithm::ed25519, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="), mx, 3613,
         "2015-08-19T22:00:00Z", "2015-07-29T22:00:00Z", "example.com", "example.com", mx_10_mail,
         "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqN"
         "Ag=="},
        {"RFC 8080 §6.2, as corrected by erratum 4935",
         public_key(Algorithm::ed448,
                    "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA"),
         mx, 9713, "2015-08-19T22:00:00Z", "2015-07-29T22:00:00Z", "example.com", "example.com",
         mx_10_mail,
         "3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NB"
         "tOXft0+Gj7FSvOKxE/07+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA"},
    };
    return all;
}

Outcome verifier_of(Algorithm algorithm, Bytes octets) {
    KASPAR_CHECK(make_verifier({algorithm, std::move(octets)}));
    return Done{};
}

Bytes rsa(Bytes exponent, std::size_t modulus_size, std::uint8_t first = 0x80,
          std::uint8_t last = 0x01) {
    Bytes octets{static_cast<std::uint8_t>(exponent.size())};
    append(octets, exponent);
    octets.push_back(first);
    octets.resize(octets.size() + modulus_size - 2, 0x55);
    octets.push_back(last);
    return octets;
}

}  // namespace

TEST_CASE("the signatures that the RFCs print verify, and not over anything else",
          "[signing_key]") {
    for (const Example& example : examples()) {
        INFO(example.source);
        Bytes data = signed_data(example);
        Bytes signature = from_base64(example.signature).value();
        const auto verifier = make_verifier(example.key).value();
        CHECK(verifier->verify(data, signature));

        data.back() ^= 1;
        CHECK_FALSE(verifier->verify(data, signature));
        data.back() ^= 1;
        signature.front() ^= 1;
        CHECK_FALSE(verifier->verify(data, signature));
        signature.front() ^= 1;
        CHECK(verifier->verify(data, signature));
    }
}

TEST_CASE("Ed25519 makes exactly the signature that RFC 8080 prints", "[signing_key]") {
    const Example& example = *std::find_if(examples().begin(), examples().end(), [](const auto& e) {
        return e.key.algorithm == Algorithm::ed25519;
    });
    Bytes pkcs8 = from_hex("302e020100300506032b657004220420").value();  // RFC 8410 §7
    append(pkcs8, from_base64(rfc8080_private_key).value());
    const auto key =
        read_private_key(Algorithm::ed25519, Secret(std::string(pkcs8.begin(), pkcs8.end())))
            .value();
    CHECK(key.public_half == example.key);
    CHECK(to_base64(make_signing_key(key).value()->sign(signed_data(example)).value()) ==
          example.signature);
}

TEST_CASE("a key of every algorithm signs what its public half verifies", "[signing_key]") {
    for (const Algorithm algorithm : signing_algorithms) {
        INFO(facts(algorithm).mnemonic);
        const PrivateKey& key = key_of(algorithm);
        CHECK(key.public_half.bits() == facts(algorithm).default_bits);
        const auto signer = make_signing_key(key).value();
        CHECK(signer->public_key() == key.public_half);
        const Bytes signature = signer->sign(message).value();
        const std::size_t size = facts(algorithm).fixed_signature_size;
        CHECK(signature.size() == (size ? size : facts(algorithm).default_bits / 8));
        CHECK(verifies(key.public_half, message, signature));
        CHECK_FALSE(verifies(key.public_half, as_bytes("what is signeD"), signature));
        // The empty message, and a second one by the same object.
        CHECK(verifies(key.public_half, {}, signer->sign({}).value()));
        CHECK(verifies(key.public_half, message, signer->sign(message).value()));
    }
}

TEST_CASE("ECDSA signatures verify, at the full width of r and s", "[signing_key]") {
    for (const auto algorithm : {Algorithm::ecdsap256sha256, Algorithm::ecdsap384sha384}) {
        const PrivateKey& key = key_of(algorithm);
        const auto signer = make_signing_key(key).value();
        // One signature in 128 has an r or s with a leading zero octet: 300 meet several.
        for (int i = 0; i < 300; ++i) {
            const std::string text = std::to_string(i);
            const Bytes signature = signer->sign(as_bytes(text)).value();
            REQUIRE(signature.size() == facts(algorithm).fixed_signature_size);
            REQUIRE(verifies(key.public_half, as_bytes(text), signature));
        }
    }
}

TEST_CASE("RSASHA256 and RSASHA512 signatures of one RSA key are not each other's",
          "[signing_key]") {
    const PrivateKey& sha256_key = key_of(Algorithm::rsasha256);
    const PrivateKey& sha512_key = key_of(Algorithm::rsasha512);
    CHECK(sha256_key.public_half.octets == sha512_key.public_half.octets);
    const Bytes signature = make_signing_key(sha512_key).value()->sign(message).value();
    CHECK(verifies(sha512_key.public_half, message, signature));
    CHECK_FALSE(verifies(sha256_key.public_half, message, signature));
}

TEST_CASE("a signature of the wrong length is false, not an error", "[signing_key]") {
    for (const Algorithm algorithm : signing_algorithms) {
        INFO(facts(algorithm).mnemonic);
        const auto signature = make_signing_key(key_of(algorithm)).value()->sign(message).value();
        const auto verifier = make_verifier(key_of(algorithm).public_half).value();
        Bytes longer = signature, shorter = signature, padded(1, 0);
        longer.push_back(0);
        shorter.pop_back();
        append(padded, signature);
        CHECK_FALSE(verifier->verify(message, longer));
        CHECK_FALSE(verifier->verify(message, shorter));
        CHECK_FALSE(verifier->verify(message, padded));
        CHECK_FALSE(verifier->verify(message, {}));
        CHECK_FALSE(verifier->verify(message, Bytes(signature.size(), 0)));
        CHECK_FALSE(verifier->verify(message, Bytes(signature.size(), 0xff)));
        CHECK(verifier->verify(message, signature));
    }
}

TEST_CASE("an ECDSA signature with wider numbers of the same value is refused", "[signing_key]") {
    for (const auto algorithm : {Algorithm::ecdsap256sha256, Algorithm::ecdsap384sha384}) {
        Bytes wider = make_signing_key(key_of(algorithm)).value()->sign(message).value();
        wider.insert(wider.begin() + static_cast<std::ptrdiff_t>(wider.size() / 2), 0);
        wider.insert(wider.begin(), 0);
        CHECK_FALSE(verifies(key_of(algorithm).public_half, message, wider));
    }
}

TEST_CASE("duplicates of a key sign in several threads at once", "[signing_key]") {
    for (const Algorithm algorithm : signing_algorithms) {
        INFO(facts(algorithm).mnemonic);
        const auto original = make_signing_key(key_of(algorithm)).value();
        const auto sign_many = [&key = key_of(algorithm).public_half](SigningKey& signer,
                                                                      bool& good) {
            const auto verifier = make_verifier(key).value();
            for (int i = 0; i < 40; ++i) {
                const std::string text = std::to_string(i);
                const auto signature = signer.sign(as_bytes(text));
                good = good && signature.ok() && verifier->verify(as_bytes(text), *signature);
            }
        };
        const auto copy = original->duplicate().value(), second = copy->duplicate().value();
        CHECK(copy->public_key() == original->public_key());
        bool good[3] = {true, true, true};
        std::thread one([&] { sign_many(*original, good[0]); });
        std::thread two([&] { sign_many(*copy, good[1]); });
        std::thread three([&] { sign_many(*second, good[2]); });
        one.join(), two.join(), three.join();
        CHECK((good[0] && good[1] && good[2]));
    }
}

TEST_CASE("a duplicate outlives the key it was made from", "[signing_key]") {
    for (const Algorithm algorithm : signing_algorithms) {
        INFO(facts(algorithm).mnemonic);
        auto original = make_signing_key(key_of(algorithm)).value();
        const auto copy = original->duplicate().value();
        original.reset();
        CHECK(verifies(key_of(algorithm).public_half, message, copy->sign(message).value()));
    }
}

TEST_CASE("SHA-1 algorithms and RSA sizes out of bounds make no keys", "[signing_key]") {
    CHECK_FALSE(generate_private_key({Algorithm::rsasha1, 2048}).ok());
    CHECK_FALSE(generate_private_key({Algorithm::rsasha1_nsec3, 2048}).ok());
    const auto small = generate_private_key({Algorithm::rsasha256, 512});
    REQUIRE_FALSE(small.ok());
    CHECK(small.fault().kind == FaultClass::key);
    CHECK(small.fault().words.find("not 512") != std::string::npos);
    CHECK_FALSE(generate_private_key({Algorithm::rsasha512, 65536}).ok());
}

TEST_CASE("a private key is not read as that of another algorithm", "[signing_key]") {
    const std::string p256 = key_of(Algorithm::ecdsap256sha256).pkcs8.text();
    for (const auto other : {Algorithm::rsasha256, Algorithm::ecdsap384sha384, Algorithm::ed25519})
        CHECK_FALSE(read_private_key(other, Secret(p256)).ok());
    CHECK(read_private_key(Algorithm::ecdsap256sha256, Secret(p256)).ok());
    CHECK_FALSE(read_private_key(Algorithm::ecdsap256sha256, Secret(p256 + '\0')).ok());
    CHECK_FALSE(read_private_key(Algorithm::ecdsap256sha256, Secret("nonsense")).ok());
}

TEST_CASE("a P-256 key in PKCS#8 is read with and without its point", "[signing_key]") {
    const PrivateKey& key = key_of(Algorithm::ecdsap256sha256);
    const std::string& whole = key.pkcs8.text();
    constexpr std::size_t number_at = 36, number_size = 32, point_size = 65;
    REQUIRE(whole.size() == number_at + number_size + 5 + point_size);
    // RFC 5958 with RFC 5915: [1], the point, may be absent; the lengths around it are then less.
    const std::string head =
        std::string("\x30\x41", 2) + whole.substr(3, 24) + std::string("\x04\x27\x30\x25", 4);
    const std::string bare = head + whole.substr(number_at - 5, 5 + number_size);
    const auto read = read_private_key(Algorithm::ecdsap256sha256, Secret(bare)).value();
    CHECK(read.public_half == key.public_half);
    CHECK(
        verifies(key.public_half, message, make_signing_key(read).value()->sign(message).value()));
    CHECK(prove_possession(*make_signing_key(key).value(), key.public_half).ok());
}

TEST_CASE("a P-256 key whose point is another's proves to be neither", "[signing_key]") {
    const PrivateKey& key = key_of(Algorithm::ecdsap256sha256);
    const auto other = generate_private_key({Algorithm::ecdsap256sha256, 256}).value();
    const std::size_t at = key.pkcs8.text().size() - 64;
    const auto mixed =
        read_private_key(Algorithm::ecdsap256sha256,
                         Secret(key.pkcs8.text().substr(0, at) + other.pkcs8.text().substr(at)));
    REQUIRE(mixed.ok());
    CHECK(mixed->public_half == other.public_half);
    const auto signer = make_signing_key(*mixed).value();
    CHECK_FALSE(prove_possession(*signer, other.public_half).ok());
}

TEST_CASE("malformed public keys are faults", "[signing_key]") {
    for (const Example& example : examples()) {
        INFO(example.source);
        Bytes octets = example.key.octets;
        const bool is_rsa = facts(example.key.algorithm).rsa;
        CHECK(verifier_of(example.key.algorithm, octets).ok());
        octets.push_back(0x02);  // an RSA modulus that became even, anything else too long
        CHECK_FALSE(verifier_of(example.key.algorithm, octets).ok());
        octets.resize(is_rsa ? 4 : octets.size() - 2);
        CHECK_FALSE(verifier_of(example.key.algorithm, octets).ok());
        CHECK_FALSE(verifier_of(example.key.algorithm, {}).ok());
    }
}

TEST_CASE("a point that is not on the curve is a fault", "[signing_key]") {
    for (const auto algorithm : {Algorithm::ecdsap256sha256, Algorithm::ecdsap384sha384}) {
        Bytes point = key_of(algorithm).public_half.octets;
        point.back() ^= 1;
        const auto outcome = verifier_of(algorithm, point);
        REQUIRE_FALSE(outcome.ok());
        CHECK(outcome.fault().words.find("not on the curve") != std::string::npos);
        CHECK_FALSE(verifier_of(algorithm, Bytes(point.size(), 0)).ok());
        CHECK_FALSE(verifier_of(algorithm, Bytes(point.size(), 0xff)).ok());
    }
}

TEST_CASE("RSA public keys keep to RFC 3110 and RFC 5702", "[signing_key]") {
    const auto accepted = [](Bytes octets) {
        return verifier_of(Algorithm::rsasha256, std::move(octets)).ok();
    };
    const Bytes f4{1, 0, 1};
    CHECK(accepted(rsa(f4, 64)));
    CHECK(accepted(rsa(f4, 512)));
    CHECK(accepted(rsa({3}, 256)));
    CHECK(accepted(rsa({1, 0, 0, 0, 1}, 256)));
    CHECK_FALSE(accepted(rsa(f4, 63)));
    CHECK_FALSE(accepted(rsa(f4, 513)));
    CHECK_FALSE(accepted(rsa({1}, 256)));                          // signs nothing at all
    CHECK_FALSE(accepted(rsa({1, 0, 0}, 256)));                    // even
    CHECK_FALSE(accepted(rsa({0, 1, 0, 1}, 256)));                 // leading zero
    CHECK_FALSE(accepted(rsa({1, 0, 0, 0, 0, 0, 0, 0, 1}, 256)));  // nine octets
    CHECK_FALSE(accepted(rsa(f4, 256, 0x00)));                     // leading zero
    CHECK_FALSE(accepted(rsa(f4, 256, 0x80, 0x02)));               // even
    CHECK_FALSE(accepted({3, 1, 0, 1}));                           // no modulus
    CHECK_FALSE(accepted({0, 1}));
    CHECK_FALSE(accepted({200, 1, 0, 1}));
}

TEST_CASE("the length of an RSA exponent may take three octets (RFC 3110 §2)", "[signing_key]") {
    const PublicKey& short_form = key_of(Algorithm::rsasha256).public_half;
    PublicKey long_form{short_form.algorithm, {0, 0}};
    append(long_form.octets, short_form.octets);
    const auto signature =
        make_signing_key(key_of(Algorithm::rsasha256)).value()->sign(message).value();
    CHECK(verifies(long_form, message, signature));
}

TEST_CASE("a key proves that it is the one on record, and another does not", "[signing_key]") {
    for (const Algorithm algorithm : signing_algorithms) {
        INFO(facts(algorithm).mnemonic);
        const auto signer = make_signing_key(key_of(algorithm)).value();
        CHECK(prove_possession(*signer, key_of(algorithm).public_half).ok());
    }
    const auto imposter = generate_private_key({Algorithm::ecdsap256sha256, 256}).value();
    const PublicKey& on_record = key_of(Algorithm::ecdsap256sha256).public_half;
    const auto outcome = prove_possession(*make_signing_key(imposter).value(), on_record);
    REQUIRE_FALSE(outcome.ok());
    CHECK(outcome.fault().kind == FaultClass::key);
    CHECK(outcome.fault().words.find(on_record.fingerprint()) != std::string::npos);
    CHECK(outcome.fault().words.find(imposter.public_half.fingerprint()) != std::string::npos);
}

namespace {

/// A key store that gives back the same signature for everything.
class Parrot final : public SigningKey {
  public:
    Parrot(PublicKey key, Bytes answer) : key_(std::move(key)), answer_(std::move(answer)) {}
    const PublicKey& public_key() const override { return key_; }
    Result<Bytes> sign(BytesView text) override {
        heard.emplace_back(text.begin(), text.end());
        return answer_;
    }
    Result<std::unique_ptr<SigningKey>> duplicate() const override {
        return Fault{FaultClass::key, "a parrot"};
    }
    std::vector<Bytes> heard;

  private:
    PublicKey key_;
    Bytes answer_;
};

}  // namespace

TEST_CASE("a proof of possession is of something new each time", "[signing_key]") {
    const PrivateKey& key = key_of(Algorithm::ed25519);
    Parrot parrot(key.public_half, make_signing_key(key).value()->sign(message).value());
    CHECK_FALSE(prove_possession(parrot, key.public_half).ok());
    CHECK_FALSE(prove_possession(parrot, key.public_half).ok());
    REQUIRE(parrot.heard.size() == 2);
    CHECK(parrot.heard[0] != parrot.heard[1]);
    CHECK(parrot.heard[0].size() > 32);
    CHECK(parrot.heard[0][0] == 'K');
}

}  // namespace signing_key_test

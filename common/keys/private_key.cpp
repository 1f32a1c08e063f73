#include "common/keys/private_key.h"

#include <openssl/core_names.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <array>
#include <climits>

#include "common/keys/openssl_adapter.h"

namespace kaspar {
namespace {

/// How OpenSSL names the keys of an algorithm.
struct KeyKind {
    const char* type;
    const char* group;  ///< nullptr unless the type is EC
};

KeyKind kind_of(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::rsasha1:
        case Algorithm::rsasha1_nsec3:
        case Algorithm::rsasha256:
        case Algorithm::rsasha512:
            return {"RSA", nullptr};
        case Algorithm::ecdsap256sha256:
            return {"EC", "prime256v1"};
        case Algorithm::ecdsap384sha384:
            return {"EC", "secp384r1"};
        case Algorithm::ed25519:
            return {"ED25519", nullptr};
        case Algorithm::ed448:
            return {"ED448", nullptr};
    }
    require(false, "every algorithm has its kind of key");
    return {};
}

bool is_of_kind(const EVP_PKEY* key, const KeyKind& kind) {
    if (!EVP_PKEY_is_a(key, kind.type))
        return false;
    if (!kind.group)
        return true;
    std::array<char, 64> group{};
    return EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1 &&
           std::string_view(group.data()) == kind.group;
}

Bytes number(const EVP_PKEY* key, const char* parameter) {
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key, parameter, &value) != 1)
        return {};
    const openssl::BigNumber owned(value);
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(value)));
    BN_bn2bin(value, octets.data());
    return octets;
}

/// RFC 3110 §2: the length of the exponent in one octet, or in three of which the first is 0; the
/// exponent; the modulus.
Bytes rsa_octets(const EVP_PKEY* key) {
    const Bytes exponent = number(key, OSSL_PKEY_PARAM_RSA_E);
    const Bytes modulus = number(key, OSSL_PKEY_PARAM_RSA_N);
    if (exponent.empty() || exponent.size() > 0xffff || modulus.empty())
        return {};
    Bytes octets;
    if (exponent.size() > 0xff) {
        octets.push_back(0);
        octets.push_back(static_cast<std::uint8_t>(exponent.size() >> 8));
    }
    octets.push_back(static_cast<std::uint8_t>(exponent.size() & 0xff));
    octets.insert(octets.end(), exponent.begin(), exponent.end());
    octets.insert(octets.end(), modulus.begin(), modulus.end());
    return octets;
}

/// RFC 6605 §4: the uncompressed point without the octet 0x04 that SEC 1 puts before it.
Bytes point_octets(const EVP_PKEY* key) {
    Bytes point(1 + 2 * 48);
    std::size_t size = 0;
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(),
                                        &size) != 1 ||
        size < 1 || point[0] != 0x04)
        return {};
    return {point.begin() + 1, point.begin() + static_cast<std::ptrdiff_t>(size)};
}

/// RFC 8080 §3.
Bytes edwards_octets(const EVP_PKEY* key) {
    Bytes octets(57);
    std::size_t size = octets.size();
    if (EVP_PKEY_get_raw_public_key(key, octets.data(), &size) != 1)
        return {};
    octets.resize(size);
    return octets;
}

Result<PublicKey> public_half(Algorithm algorithm, const EVP_PKEY* key) {
    const KeyKind kind = kind_of(algorithm);
    if (!is_of_kind(key, kind))
        return Fault{FaultClass::key,
                     fmt::format("this is not a key for {}", facts(algorithm).mnemonic)};
    PublicKey half{algorithm, kind.group             ? point_octets(key)
                              : facts(algorithm).rsa ? rsa_octets(key)
                                                     : edwards_octets(key)};
    if (half.octets.empty())
        return openssl::fault("the public half of the key cannot be read");
    return half;
}

Result<Secret> to_der(const PKCS8_PRIV_KEY_INFO* info) {
    const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info, nullptr) : -1;
    if (size <= 0)
        return openssl::fault("the private key cannot be encoded");
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* at = reinterpret_cast<unsigned char*>(der.data());
    i2d_PKCS8_PRIV_KEY_INFO(info, &at);
    return Secret(std::move(der));
}

openssl::Pkcs8 to_info(const Secret& pkcs8) {
    const BytesView der = as_bytes(pkcs8.text());
    const unsigned char* at = der.data();
    return openssl::Pkcs8(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
}

Outcome check_shape(const KeyShape& shape) {
    const AlgorithmFacts& known = facts(shape.algorithm);
    if (known.use == UseForSigning::refused)
        return Fault{FaultClass::key,
                     fmt::format("{} must not be used for signing (RFC 9905)", known.mnemonic)};
    if (known.rsa && (shape.bits < known.least_bits || shape.bits > known.most_bits))
        return Fault{FaultClass::key,
                     fmt::format("a key for {} has {} to {} bits, not {}", known.mnemonic,
                                 known.least_bits, known.most_bits, shape.bits)};
    return Done{};
}

openssl::Key make_key(const KeyShape& shape) {
    const KeyKind kind = kind_of(shape.algorithm);
    if (facts(shape.algorithm).rsa)
        return openssl::Key(EVP_RSA_gen(shape.bits));
    if (kind.group)
        return openssl::Key(EVP_EC_gen(kind.group));
    return openssl::Key(EVP_PKEY_Q_keygen(nullptr, nullptr, kind.type));
}

}  // namespace

Result<PrivateKey> generate_private_key(const KeyShape& shape) {
    KASPAR_CHECK(check_shape(shape));
    const openssl::Key key = make_key(shape);
    if (!key)
        return openssl::fault("no key could be made");
    KASPAR_TRY(PublicKey half, public_half(shape.algorithm, key.get()));
    const openssl::Pkcs8 info(EVP_PKEY2PKCS8(key.get()));
    KASPAR_TRY(Secret der, to_der(info.get()));
    return PrivateKey{std::move(half), std::move(der)};
}

Result<PrivateKey> read_private_key(Algorithm algorithm, Secret pkcs8) {
    const openssl::Key key = openssl::parse_pkcs8(as_bytes(pkcs8.text()));
    if (!key)
        return openssl::fault("this is not a private key in PKCS#8");
    KASPAR_TRY(PublicKey half, public_half(algorithm, key.get()));
    return PrivateKey{std::move(half), std::move(pkcs8)};
}

Result<Bytes> encrypt_private_key(const PrivateKey& key, const Secret& passphrase,
                                  unsigned iterations) {
    require(iterations > 0 && iterations <= INT_MAX, "PBKDF2 iterations fit an int");
    const openssl::Pkcs8 info = to_info(key.pkcs8);
    std::array<unsigned char, 16> salt{};
    if (!info || RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1)
        return openssl::fault("the private key cannot be encrypted");
    // Without a PBE identifier OpenSSL makes PBES2, by default with HMAC-SHA-256.
    const openssl::Handle<X509_SIG, X509_SIG_free> sealed(PKCS8_encrypt(
        -1, EVP_aes_256_cbc(), passphrase.text().data(), static_cast<int>(passphrase.text().size()),
        salt.data(), static_cast<int>(salt.size()), static_cast<int>(iterations), info.get()));
    const int size = sealed ? i2d_X509_SIG(sealed.get(), nullptr) : -1;
    if (size <= 0)
        return openssl::fault("the private key cannot be encrypted");
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* at = der.data();
    i2d_X509_SIG(sealed.get(), &at);
    return der;
}

Result<PrivateKey> decrypt_private_key(Algorithm algorithm, BytesView encrypted,
                                       const Secret& passphrase) {
    const unsigned char* at = encrypted.data();
    const openssl::Handle<X509_SIG, X509_SIG_free> sealed(
        d2i_X509_SIG(nullptr, &at, static_cast<long>(encrypted.size())));
    if (!sealed || at != encrypted.data() + encrypted.size())
        return openssl::fault("this is not an encrypted private key in PKCS#8");
    const openssl::Pkcs8 info(PKCS8_decrypt(sealed.get(), passphrase.text().data(),
                                            static_cast<int>(passphrase.text().size())));
    if (!info) {
        ERR_clear_error();  // "bad decrypt" would tell an operator nothing
        return Fault{FaultClass::key,
                     "wrong passphrase or damaged file; a key needs the passphrase that it "
                     "was made with"};
    }
    KASPAR_TRY(Secret der, to_der(info.get()));
    return read_private_key(algorithm, std::move(der));
}

}  // namespace kaspar

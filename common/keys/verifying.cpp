// Signatures by public key, for the verifier: it decides what may be published, so it shares no
// code with what signs, and reads the DNSKEY form on its own.
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>

#include "common/keys/frequent_keys.h"
#include "common/keys/openssl_adapter.h"
#include "common/keys/signing_key.h"

namespace kaspar {
namespace {

using openssl::Key;

/// How an algorithm's signatures are checked.
struct Scheme {
    const char* digest;  ///< nullptr: the message itself is signed (EdDSA)
    const char* type;    ///< OpenSSL's name of the key type
    bool ecdsa;
    std::size_t key_size;  ///< octets of the public key; 0 for RSA
};

Scheme scheme_of(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::rsasha1:
        case Algorithm::rsasha1_nsec3:
            return {"SHA1", "RSA", false, 0};
        case Algorithm::rsasha256:
            return {"SHA256", "RSA", false, 0};
        case Algorithm::rsasha512:
            return {"SHA512", "RSA", false, 0};
        case Algorithm::ecdsap256sha256:
            return {"SHA256", "EC", true, 64};
        case Algorithm::ecdsap384sha384:
            return {"SHA384", "EC", true, 96};
        case Algorithm::ed25519:
            return {nullptr, "ED25519", false, 32};
        case Algorithm::ed448:
            return {nullptr, "ED448", false, 57};
    }
    require(false, "every algorithm has its scheme");
    return {};
}

Fault malformed(std::string_view what) {
    ERR_clear_error();
    return {FaultClass::key, fmt::format("malformed public key: {}", what)};
}

Key rsa_from_parameters(OSSL_PARAM_BLD* builder) {
    const openssl::Handle<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder));
    const openssl::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return Key(key);
}

using Builder = openssl::Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

struct RsaNumbers {
    BytesView exponent, modulus;
};

/// RFC 3110 §2; its limit of 4096 bits, and 512 as RFC 5702 §2 has it.
Result<RsaNumbers> split_rsa(BytesView octets) {
    std::size_t at = 1, exponent_size = octets.empty() ? 0 : octets[0];
    if (exponent_size == 0 && octets.size() >= 3) {
        exponent_size = static_cast<std::size_t>(octets[1] << 8 | octets[2]);
        at = 3;
    }
    if (exponent_size == 0 || octets.size() <= at + exponent_size)
        return malformed("the RSA exponent fills or exceeds it");
    return RsaNumbers{octets.subspan(at, exponent_size), octets.subspan(at + exponent_size)};
}

Outcome check_rsa(const RsaNumbers& numbers) {
    const auto [exponent, modulus] = numbers;
    if (exponent[0] == 0 || modulus[0] == 0)
        return malformed("an RSA number begins with zero octets (RFC 3110 §2)");
    // 64 bits is what OpenSSL takes for large moduli; nobody needs more (RFC 8017 has 65537).
    if (exponent.size() > 8 || (exponent.size() == 1 && exponent[0] < 3) ||
        exponent.back() % 2 == 0)
        return malformed("the RSA exponent is not an odd number from 3 to 2^64");
    if (modulus.size() < 512 / 8 || modulus.size() > 4096 / 8 || modulus.back() % 2 == 0)
        return malformed("the RSA modulus is not an odd number of 512 to 4096 bits");
    return Done{};
}

openssl::BigNumber to_number(BytesView octets) {
    return openssl::BigNumber(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

Result<Key> rsa_key(BytesView octets) {
    KASPAR_TRY(const RsaNumbers numbers, split_rsa(octets));
    KASPAR_CHECK(check_rsa(numbers));
    const auto exponent = to_number(numbers.exponent), modulus = to_number(numbers.modulus);
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
        return openssl::fault("the public key cannot be read");
    Key key = rsa_from_parameters(builder.get());
    if (!key)
        return malformed("these are no RSA numbers");
    return key;
}

/// A key of that curve that has nothing but the curve.
Key curve_alone(const char* curve) {
    const openssl::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (!context || EVP_PKEY_paramgen_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_group_name(context.get(), curve) != 1 ||
        EVP_PKEY_paramgen(context.get(), &key) != 1)
        return nullptr;
    return Key(key);
}

/// RFC 6605 §4: a bare point. OpenSSL refuses one that is not on the curve. `like` has the curve:
/// copying it takes a third of the time of making it (OpenSSL 3.0), and a signer verifies by the
/// keys of ten thousand zones.
Result<Key> ecdsa_key(const Key& like, BytesView point) {
    Bytes uncompressed{0x04};
    uncompressed.insert(uncompressed.end(), point.begin(), point.end());
    Key key(EVP_PKEY_new());
    if (!like || !key || EVP_PKEY_copy_parameters(key.get(), like.get()) != 1)
        return openssl::fault("the public key cannot be read");
    if (EVP_PKEY_set1_encoded_public_key(key.get(), uncompressed.data(), uncompressed.size()) != 1)
        return malformed("the point is not on the curve");
    return key;
}

Result<Key> ecdsa_key(BytesView point) {
    static const Key p256 = curve_alone("prime256v1"), p384 = curve_alone("secp384r1");
    return ecdsa_key(point.size() == 64 ? p256 : p384, point);
}

Result<Key> to_key(const Scheme& scheme, BytesView octets) {
    if (scheme.key_size == 0)
        return rsa_key(octets);
    if (octets.size() != scheme.key_size)
        return malformed(
            fmt::format("it has {} octets instead of {}", octets.size(), scheme.key_size));
    if (scheme.ecdsa)
        return ecdsa_key(octets);
    Key key(EVP_PKEY_new_raw_public_key_ex(nullptr, scheme.type, nullptr, octets.data(),
                                           octets.size()));
    if (!key)
        return malformed("this is no point of the curve");
    return key;
}

/// r and s, each of half the size, as the DER that OpenSSL wants.
Bytes to_der(BytesView signature) {
    const std::size_t half = signature.size() / 2;
    auto r = to_number(signature.first(half)), s = to_number(signature.subspan(half));
    const openssl::EcdsaSignature pair(ECDSA_SIG_new());
    if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1)
        return {};
    r.release(), s.release();  // they now belong to the pair
    const int size = i2d_ECDSA_SIG(pair.get(), nullptr);
    Bytes der(size > 0 ? static_cast<std::size_t>(size) : 0);
    unsigned char* at = der.data();
    if (size > 0)
        i2d_ECDSA_SIG(pair.get(), &at);
    return der;
}

/// One kind of digest, of message after message.
class Digester {
  public:
    explicit Digester(const char* name)
        : digest_(EVP_MD_fetch(nullptr, name, nullptr)), context_(EVP_MD_CTX_new()) {}

    const EVP_MD* kind() const { return digest_.get(); }

    /// Valid until the next; empty: OpenSSL failed.
    BytesView of(BytesView message) {
        unsigned size = 0;
        const bool good = digest_ && context_ &&
                          EVP_DigestInit_ex2(context_.get(), digest_.get(), nullptr) == 1 &&
                          EVP_DigestUpdate(context_.get(), message.data(), message.size()) == 1 &&
                          EVP_DigestFinal_ex(context_.get(), octets_.data(), &size) == 1;
        return BytesView(octets_).first(good ? size : 0);
    }

  private:
    openssl::Digest digest_;
    openssl::DigestContext context_;
    std::array<unsigned char, EVP_MAX_MD_SIZE> octets_{};
};

/// RSA and ECDSA. A key that verifies much may have a table; what the table refuses OpenSSL judges,
/// so a table can save time, and refuse nothing.
class DigestVerifier final : public SignatureVerifier {
  public:
    /// `frequent` may be null.
    static Result<std::unique_ptr<SignatureVerifier>> make(const Scheme& scheme, Key key,
                                                           std::shared_ptr<FrequentKey> frequent);
    bool verify(BytesView message, BytesView signature) override;

  private:
    DigestVerifier(const Scheme& scheme, Key key, std::shared_ptr<FrequentKey> frequent)
        : ecdsa_(scheme.ecdsa),
          key_(std::move(key)),
          frequent_(std::move(frequent)),
          digester_(scheme.digest) {}
    bool prepare(const Scheme& scheme);
    bool matches(BytesView digest, BytesView signature);

    bool ecdsa_;
    Key key_;
    std::shared_ptr<FrequentKey> frequent_;
    std::size_t signature_size_ = 0;
    Digester digester_;
    openssl::KeyContext verifier_;
};

bool DigestVerifier::prepare(const Scheme& scheme) {
    signature_size_ = ecdsa_ ? scheme.key_size  // a point and a pair r, s are equally wide
                             : static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
    verifier_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    return digester_.kind() && verifier_ && EVP_PKEY_verify_init(verifier_.get()) == 1 &&
           (ecdsa_ || EVP_PKEY_CTX_set_rsa_padding(verifier_.get(), RSA_PKCS1_PADDING) == 1) &&
           EVP_PKEY_CTX_set_signature_md(verifier_.get(), digester_.kind()) == 1;
}

Result<std::unique_ptr<SignatureVerifier>> DigestVerifier::make(
    const Scheme& scheme, Key key, std::shared_ptr<FrequentKey> frequent) {
    std::unique_ptr<DigestVerifier> made(
        new DigestVerifier(scheme, std::move(key), std::move(frequent)));
    if (!made->prepare(scheme))
        return openssl::fault("OpenSSL cannot verify by this key");
    return std::unique_ptr<SignatureVerifier>(std::move(made));
}

bool DigestVerifier::matches(BytesView digest, BytesView signature) {
    return !digest.empty() && EVP_PKEY_verify(verifier_.get(), signature.data(), signature.size(),
                                              digest.data(), digest.size()) == 1;
}

bool DigestVerifier::verify(BytesView message, BytesView signature) {
    if (signature.size() != signature_size_)
        return false;
    const BytesView digest = digester_.of(message);
    if (frequent_ && frequent_->knows(digest, signature))
        return true;
    const bool good = ecdsa_ ? matches(digest, to_der(signature)) : matches(digest, signature);
    if (!good)
        ERR_clear_error();
    else if (frequent_)
        frequent_->count(digest, signature);
    return good;
}

/// Ed25519 and Ed448. A key that is no point of the curve verifies nothing.
class EdwardsVerifier final : public SignatureVerifier {
  public:
    explicit EdwardsVerifier(Key key) : key_(std::move(key)), verifier_(EVP_MD_CTX_new()) {}

    bool verify(BytesView message, BytesView signature) override {
        const bool good =
            verifier_ &&
            EVP_DigestVerifyInit(verifier_.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
            EVP_DigestVerify(verifier_.get(), signature.data(), signature.size(), message.data(),
                             message.size()) == 1;
        if (!good)
            ERR_clear_error();
        return good;
    }

  private:
    Key key_;
    openssl::DigestContext verifier_;
};

}  // namespace

Result<std::unique_ptr<SignatureVerifier>> make_verifier(const PublicKey& key) {
    const Scheme scheme = scheme_of(key.algorithm);
    KASPAR_TRY(Key parsed, to_key(scheme, key.octets));
    if (!scheme.digest)
        return std::unique_ptr<SignatureVerifier>(
            std::make_unique<EdwardsVerifier>(std::move(parsed)));
    return DigestVerifier::make(
        scheme, std::move(parsed),
        key.algorithm == Algorithm::ecdsap256sha256 ? frequent_key(key.octets) : nullptr);
}

}  // namespace kaspar

#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY, which p256_signing wants
#include "common/keys/openssl_key.h"

#include <openssl/rsa.h>

#include "common/keys/openssl_adapter.h"
#include "common/keys/p256_signing.h"
#include "common/values/digest.h"

namespace kaspar {
namespace {

using openssl::Key;
using EcKey = openssl::Handle<EC_KEY, EC_KEY_free>;

Fault cannot_sign() {
    return openssl::fault("signing failed");
}

Fault cannot_copy() {
    return openssl::fault("the key cannot be copied for another thread");
}

/// Reusing its context is what makes signing fast; a key of its own for every thread keeps them off
/// each other's locks.
class RsaSigningKey final : public SigningKey {
  public:
    static Result<std::unique_ptr<SigningKey>> make(PublicKey public_half, Key key);

    const PublicKey& public_key() const override { return public_; }
    Result<Bytes> sign(BytesView message) override;
    Result<std::unique_ptr<SigningKey>> duplicate() const override {
        return make(public_, Key(EVP_PKEY_dup(key_.get())));
    }

  private:
    RsaSigningKey(PublicKey public_half, Key key)
        : public_(std::move(public_half)), key_(std::move(key)) {}
    bool prepare();
    bool is_sha512() const { return public_.algorithm == Algorithm::rsasha512; }

    PublicKey public_;
    Key key_;
    Digest digest_ = is_sha512() ? Digest::sha512() : Digest::sha256();
    openssl::KeyContext signer_;
};

bool RsaSigningKey::prepare() {
    signer_.reset(key_ ? EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr) : nullptr);
    return signer_ && EVP_PKEY_sign_init(signer_.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(signer_.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(signer_.get(),
                                         is_sha512() ? EVP_sha512() : EVP_sha256()) == 1;
}

Result<std::unique_ptr<SigningKey>> RsaSigningKey::make(PublicKey public_half, Key key) {
    std::unique_ptr<RsaSigningKey> made(new RsaSigningKey(std::move(public_half), std::move(key)));
    if (!made->prepare())
        return openssl::fault("the key cannot be prepared for signing");
    return std::unique_ptr<SigningKey>(std::move(made));
}

Result<Bytes> RsaSigningKey::sign(BytesView message) {
    digest_.add(message);
    const Bytes digest = digest_.finish();
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
    std::size_t size = signature.size();
    if (EVP_PKEY_sign(signer_.get(), signature.data(), &size, digest.data(), digest.size()) != 1)
        return cannot_sign();
    signature.resize(size);
    return signature;
}

class P256SigningKey final : public SigningKey {
  public:
    P256SigningKey(PublicKey public_half, EcKey key)
        : public_(std::move(public_half)), key_(std::move(key)) {}

    const PublicKey& public_key() const override { return public_; }
    Result<Bytes> sign(BytesView message) override;
    Result<std::unique_ptr<SigningKey>> duplicate() const override;

  private:
    PublicKey public_;
    EcKey key_;
    Digest digest_ = Digest::sha256();
};

Result<Bytes> P256SigningKey::sign(BytesView message) {
    digest_.add(message);
    return sign_p256(digest_.finish(), key_.get());
}

Result<std::unique_ptr<SigningKey>> P256SigningKey::duplicate() const {
    EcKey copy(EC_KEY_dup(key_.get()));
    if (!copy)
        return cannot_copy();
    return std::unique_ptr<SigningKey>(std::make_unique<P256SigningKey>(public_, std::move(copy)));
}

Result<std::unique_ptr<SigningKey>> make_p256_key(const PublicKey& public_half, const Key& key) {
    EcKey numbers(EVP_PKEY_get1_EC_KEY(key.get()));
    if (!numbers ||
        EC_GROUP_get_curve_name(EC_KEY_get0_group(numbers.get())) != NID_X9_62_prime256v1)
        return openssl::fault("the private key is not one of P-256");
    return std::unique_ptr<SigningKey>(
        std::make_unique<P256SigningKey>(public_half, std::move(numbers)));
}

/// Ed25519 and Ed448, which sign the message itself (RFC 8080 §4).
class EdwardsSigningKey final : public SigningKey {
  public:
    EdwardsSigningKey(PublicKey public_half, Key key)
        : public_(std::move(public_half)), key_(std::move(key)), signer_(EVP_MD_CTX_new()) {}

    const PublicKey& public_key() const override { return public_; }
    Result<Bytes> sign(BytesView message) override;
    Result<std::unique_ptr<SigningKey>> duplicate() const override;

  private:
    PublicKey public_;
    Key key_;
    openssl::DigestContext signer_;
};

Result<Bytes> EdwardsSigningKey::sign(BytesView message) {
    Bytes signature(facts(public_.algorithm).fixed_signature_size);
    std::size_t size = signature.size();
    // OpenSSL 3.5 fails unless the context is initialised before every signature.
    if (!signer_ || EVP_DigestSignInit(signer_.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(signer_.get(), signature.data(), &size, message.data(), message.size()) != 1)
        return cannot_sign();
    signature.resize(size);
    return signature;
}

Result<std::unique_ptr<SigningKey>> EdwardsSigningKey::duplicate() const {
    Key copy(EVP_PKEY_dup(key_.get()));
    if (!copy)
        return cannot_copy();
    return std::unique_ptr<SigningKey>(
        std::make_unique<EdwardsSigningKey>(public_, std::move(copy)));
}

}  // namespace

Result<std::unique_ptr<SigningKey>> make_openssl_key(const PrivateKey& key) {
    Key parsed = openssl::parse_pkcs8(as_bytes(key.pkcs8.text()));
    if (!parsed)
        return openssl::fault("the private key cannot be read");
    switch (key.public_half.algorithm) {
        case Algorithm::rsasha256:
        case Algorithm::rsasha512:
            return RsaSigningKey::make(key.public_half, std::move(parsed));
        case Algorithm::ecdsap256sha256:
            return make_p256_key(key.public_half, parsed);
        case Algorithm::ed25519:
        case Algorithm::ed448:
            return std::unique_ptr<SigningKey>(
                std::make_unique<EdwardsSigningKey>(key.public_half, std::move(parsed)));
        default:  // P-384 is Nettle's; SHA-1 signs nothing (RFC 9905)
            return Fault{FaultClass::key, "OpenSSL does not sign with this algorithm here"};
    }
}

}  // namespace kaspar

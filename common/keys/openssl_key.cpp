#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY, which p256_signing wants
#include "common/keys/openssl_key.h"

#include <openssl/rsa.h>

#include <array>

#include "common/keys/openssl_adapter.h"
#include "common/keys/p256_signing.h"

namespace kaspar {
namespace {

using openssl::Key;
using EcKey = openssl::Handle<EC_KEY, EC_KEY_free>;

Fault cannot_sign() {
    return openssl::fault("signing failed");
}

Fault cannot_prepare() {
    return openssl::fault("the key cannot be prepared for signing");
}

/// What RSA and ECDSA sign of a message. Reusing contexts is what makes signing fast; a key of its
/// own for every thread keeps them off each other's locks.
class Digester {
  public:
    explicit Digester(const char* name)
        : kind_(EVP_MD_fetch(nullptr, name, nullptr)), context_(EVP_MD_CTX_new()) {}

    bool is_ready() const { return kind_ && context_; }
    const EVP_MD* kind() const { return kind_.get(); }

    /// Valid until the next; empty: OpenSSL failed.
    BytesView of(BytesView message) {
        unsigned size = 0;
        const bool good = EVP_DigestInit_ex2(context_.get(), kind_.get(), nullptr) == 1 &&
                          EVP_DigestUpdate(context_.get(), message.data(), message.size()) == 1 &&
                          EVP_DigestFinal_ex(context_.get(), octets_.data(), &size) == 1;
        return BytesView(octets_).first(good ? size : 0);
    }

  private:
    openssl::Digest kind_;
    openssl::DigestContext context_;
    std::array<unsigned char, EVP_MAX_MD_SIZE> octets_{};
};

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
        : public_(std::move(public_half)),
          key_(std::move(key)),
          digester_(public_.algorithm == Algorithm::rsasha512 ? "SHA512" : "SHA256") {}
    bool prepare();

    PublicKey public_;
    Key key_;
    Digester digester_;
    openssl::KeyContext signer_;
};

bool RsaSigningKey::prepare() {
    signer_.reset(key_ ? EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr) : nullptr);
    return digester_.is_ready() && signer_ && EVP_PKEY_sign_init(signer_.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(signer_.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(signer_.get(), digester_.kind()) == 1;
}

Result<std::unique_ptr<SigningKey>> RsaSigningKey::make(PublicKey public_half, Key key) {
    std::unique_ptr<RsaSigningKey> made(new RsaSigningKey(std::move(public_half), std::move(key)));
    if (!made->prepare())
        return cannot_prepare();
    return std::unique_ptr<SigningKey>(std::move(made));
}

Result<Bytes> RsaSigningKey::sign(BytesView message) {
    const BytesView digest = digester_.of(message);
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
    std::size_t size = signature.size();
    if (digest.empty() ||
        EVP_PKEY_sign(signer_.get(), signature.data(), &size, digest.data(), digest.size()) != 1)
        return cannot_sign();
    signature.resize(size);
    return signature;
}

bool is_p256(const EC_KEY* key) {
    return EC_GROUP_get_curve_name(EC_KEY_get0_group(key)) == NID_X9_62_prime256v1;
}

class P256SigningKey final : public SigningKey {
  public:
    static Result<std::unique_ptr<SigningKey>> make(PublicKey public_half, EcKey key);

    const PublicKey& public_key() const override { return public_; }
    Result<Bytes> sign(BytesView message) override;
    Result<std::unique_ptr<SigningKey>> duplicate() const override {
        return make(public_, EcKey(EC_KEY_dup(key_.get())));
    }

  private:
    P256SigningKey(PublicKey public_half, EcKey key)
        : public_(std::move(public_half)), key_(std::move(key)), digester_("SHA256") {}

    PublicKey public_;
    EcKey key_;
    Digester digester_;
};

Result<std::unique_ptr<SigningKey>> P256SigningKey::make(PublicKey public_half, EcKey key) {
    std::unique_ptr<P256SigningKey> made(
        new P256SigningKey(std::move(public_half), std::move(key)));
    if (!made->key_ || !made->digester_.is_ready())
        return cannot_prepare();
    if (!is_p256(made->key_.get()))
        return Fault{FaultClass::key, "the private key is not one of P-256"};
    return std::unique_ptr<SigningKey>(std::move(made));
}

Result<Bytes> P256SigningKey::sign(BytesView message) {
    const BytesView digest = digester_.of(message);
    if (digest.empty())
        return cannot_sign();
    return sign_p256(digest, key_.get());
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
        return openssl::fault("the key cannot be copied for another thread");
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
            return P256SigningKey::make(key.public_half, EcKey(EVP_PKEY_get1_EC_KEY(parsed.get())));
        case Algorithm::ed25519:
        case Algorithm::ed448:
            return std::unique_ptr<SigningKey>(
                std::make_unique<EdwardsSigningKey>(key.public_half, std::move(parsed)));
        default:  // P-384 is Nettle's; SHA-1 signs nothing (RFC 9905)
            return Fault{FaultClass::key, "OpenSSL does not sign with this algorithm here"};
    }
}

}  // namespace kaspar

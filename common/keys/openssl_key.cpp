// ECDSA signs by EC_KEY's own function, which OpenSSL 3 calls deprecated: without EVP's wrapping
// and DER a signature takes 7 % less time.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "common/keys/openssl_key.h"

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <array>

#include "common/keys/openssl_adapter.h"

namespace kaspar {
namespace {

using openssl::Key;
using EcKey = openssl::Handle<EC_KEY, EC_KEY_free>;

Fault cannot_sign() {
    return openssl::fault("signing failed");
}

/// RSA and ECDSA: the message is digested, then the digest is signed. Reusing contexts is what
/// makes this fast; a key of its own for every thread keeps them off each other's locks.
class DigestSigningKey final : public SigningKey {
  public:
    static Result<std::unique_ptr<SigningKey>> make(PublicKey public_half, Key key);

    const PublicKey& public_key() const override { return public_; }
    Result<Bytes> sign(BytesView message) override;
    Result<std::unique_ptr<SigningKey>> duplicate() const override {
        return make(public_, Key(EVP_PKEY_dup(key_.get())));
    }

  private:
    DigestSigningKey(PublicKey public_half, Key key)
        : public_(std::move(public_half)), key_(std::move(key)) {}
    bool prepare();
    bool prepare_rsa();
    Result<Bytes> sign_rsa(BytesView digest);
    Result<Bytes> sign_ecdsa(BytesView digest);

    PublicKey public_;
    Key key_;
    openssl::KeyContext rsa_;
    EcKey ecdsa_;
    openssl::Digest digest_;
    openssl::DigestContext digester_;
};

const char* digest_name(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::rsasha256:
        case Algorithm::ecdsap256sha256:
            return "SHA256";
        case Algorithm::ecdsap384sha384:
            return "SHA384";
        case Algorithm::rsasha512:
            return "SHA512";
        default:
            return nullptr;  // SHA-1 signs nothing (RFC 9905); EdDSA takes the message itself
    }
}

bool DigestSigningKey::prepare() {
    const char* name = digest_name(public_.algorithm);
    if (!key_ || !name)
        return false;
    digest_.reset(EVP_MD_fetch(nullptr, name, nullptr));
    digester_.reset(EVP_MD_CTX_new());
    if (!digest_ || !digester_)
        return false;
    if (facts(public_.algorithm).rsa)
        return prepare_rsa();
    ecdsa_.reset(EVP_PKEY_get1_EC_KEY(key_.get()));
    return ecdsa_ != nullptr;
}

bool DigestSigningKey::prepare_rsa() {
    rsa_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    return rsa_ && EVP_PKEY_sign_init(rsa_.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(rsa_.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(rsa_.get(), digest_.get()) == 1;
}

Result<std::unique_ptr<SigningKey>> DigestSigningKey::make(PublicKey public_half, Key key) {
    std::unique_ptr<DigestSigningKey> made(
        new DigestSigningKey(std::move(public_half), std::move(key)));
    if (!made->prepare())
        return openssl::fault("the key cannot be prepared for signing");
    return std::unique_ptr<SigningKey>(std::move(made));
}

Result<Bytes> DigestSigningKey::sign(BytesView message) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned digest_size = 0;
    if (EVP_DigestInit_ex2(digester_.get(), digest_.get(), nullptr) != 1 ||
        EVP_DigestUpdate(digester_.get(), message.data(), message.size()) != 1 ||
        EVP_DigestFinal_ex(digester_.get(), digest.data(), &digest_size) != 1)
        return cannot_sign();
    const auto what = BytesView(digest).first(digest_size);
    return ecdsa_ ? sign_ecdsa(what) : sign_rsa(what);
}

Result<Bytes> DigestSigningKey::sign_rsa(BytesView digest) {
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
    std::size_t size = signature.size();
    if (EVP_PKEY_sign(rsa_.get(), signature.data(), &size, digest.data(), digest.size()) != 1)
        return cannot_sign();
    signature.resize(size);
    return signature;
}

/// r and s, each as wide as the curve's order (RFC 6605 §4).
Result<Bytes> DigestSigningKey::sign_ecdsa(BytesView digest) {
    const openssl::EcdsaSignature pair(
        ECDSA_do_sign(digest.data(), static_cast<int>(digest.size()), ecdsa_.get()));
    const auto width = static_cast<int>(facts(public_.algorithm).fixed_signature_size / 2);
    Bytes signature(2 * static_cast<std::size_t>(width));
    if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), signature.data(), width) != width ||
        BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), signature.data() + width, width) != width)
        return cannot_sign();
    return signature;
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
    const Algorithm algorithm = key.public_half.algorithm;
    if (algorithm == Algorithm::ed25519 || algorithm == Algorithm::ed448)
        return std::unique_ptr<SigningKey>(
            std::make_unique<EdwardsSigningKey>(key.public_half, std::move(parsed)));
    return DigestSigningKey::make(key.public_half, std::move(parsed));
}

}  // namespace kaspar

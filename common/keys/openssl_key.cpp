#include "common/keys/openssl_key.h"

#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <span>

#include "common/keys/openssl_adapter.h"

namespace kaspar {
namespace {

using openssl::Key;

Fault cannot_sign() {
    return openssl::fault("signing failed");
}

/// Takes an INTEGER off the front of DER and puts it, as wide as `out`, there; false if it does not
/// fit. Lengths are one octet: no signature here has more than 127.
bool take_integer(BytesView& der, std::span<std::uint8_t> out) {
    if (der.size() < 2 || der[0] != V_ASN1_INTEGER || der[1] > der.size() - 2)
        return false;
    auto number = der.subspan(2, der[1]);
    der = der.subspan(2 + number.size());
    while (!number.empty() && number.front() == 0)
        number = number.subspan(1);
    if (number.size() > out.size())
        return false;
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    std::copy(number.begin(), number.end(), out.end() - static_cast<std::ptrdiff_t>(number.size()));
    return true;
}

/// The DER of an ECDSA signature as DNSSEC wants it: r and s, each as wide as the curve's order
/// (RFC 6605 §4). OpenSSL's d2i_ECDSA_SIG() would take a fortieth of the time of signing.
Result<Bytes> fixed_width(BytesView der, std::size_t size) {
    Bytes signature(size);
    const auto out = std::span(signature);
    if (der.size() < 2 || der[0] != (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED) ||
        der[1] != der.size() - 2)
        return cannot_sign();
    der = der.subspan(2);
    if (!take_integer(der, out.first(size / 2)) || !take_integer(der, out.subspan(size / 2)) ||
        !der.empty())
        return cannot_sign();
    return signature;
}

/// RSA and ECDSA: the message is digested, then the digest is signed. Reusing both contexts is what
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
    bool is_rsa() const { return facts(public_.algorithm).rsa; }

    PublicKey public_;
    Key key_;
    openssl::KeyContext signer_;
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
    signer_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    if (!digest_ || !digester_ || !signer_ || EVP_PKEY_sign_init(signer_.get()) != 1)
        return false;
    if (is_rsa() && EVP_PKEY_CTX_set_rsa_padding(signer_.get(), RSA_PKCS1_PADDING) != 1)
        return false;
    return EVP_PKEY_CTX_set_signature_md(signer_.get(), digest_.get()) == 1;
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
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
    std::size_t size = signature.size();
    if (EVP_PKEY_sign(signer_.get(), signature.data(), &size, digest.data(), digest_size) != 1)
        return cannot_sign();
    signature.resize(size);
    if (is_rsa())
        return signature;
    return fixed_width(signature, facts(public_.algorithm).fixed_signature_size);
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

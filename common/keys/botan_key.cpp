#include "common/keys/botan_key.h"

#include <botan/auto_rng.h>
#include <botan/data_src.h>
#include <botan/pkcs8.h>
#include <botan/pubkey.h>
#include <botan/version.h>
#include <fmt/format.h>

namespace kaspar {
namespace {

/// What Botan 3 calls otherwise than Botan 2, in one place.
#if BOTAN_VERSION_MAJOR >= 3
constexpr auto fixed_width = Botan::Signature_Format::Standard;

std::string scheme(std::string_view digest) {
    return std::string(digest);
}

std::shared_ptr<const Botan::Private_Key> parse(BytesView der, Botan::RandomNumberGenerator&) {
    Botan::DataSource_Memory source(der.data(), der.size());
    return Botan::PKCS8::load_key(source);
}
#else
constexpr auto fixed_width = Botan::IEEE_1363;

std::string scheme(std::string_view digest) {
    return fmt::format("EMSA1({})", digest);
}

std::shared_ptr<const Botan::Private_Key> parse(BytesView der, Botan::RandomNumberGenerator& rng) {
    Botan::DataSource_Memory source(der.data(), der.size());
    return std::shared_ptr<const Botan::Private_Key>(Botan::PKCS8::load_key(source, rng));
}
#endif

std::string scheme_for(Algorithm algorithm) {
    require(algorithm == Algorithm::ecdsap256sha256 || algorithm == Algorithm::ecdsap384sha384,
            "Botan signs with ECDSA only");
    return scheme(algorithm == Algorithm::ecdsap256sha256 ? "SHA-256" : "SHA-384");
}

Fault fault(std::string_view what, const std::exception& error) {
    return {FaultClass::key, fmt::format("{}: {}", what, error.what())};
}

/// The key itself is shared by all duplicates, since it does not change; each has its own signer
/// and its own source of randomness (for blinding: Botan's nonces follow RFC 6979).
class BotanKey final : public SigningKey {
  public:
    BotanKey(PublicKey public_half, std::shared_ptr<const Botan::Private_Key> key)
        : public_(std::move(public_half)),
          key_(std::move(key)),
          signer_(*key_, rng_, scheme_for(public_.algorithm), fixed_width) {}

    const PublicKey& public_key() const override { return public_; }
    Result<Bytes> sign(BytesView message) override;
    Result<std::unique_ptr<SigningKey>> duplicate() const override;

  private:
    PublicKey public_;
    std::shared_ptr<const Botan::Private_Key> key_;
    Botan::AutoSeeded_RNG rng_;
    Botan::PK_Signer signer_;
};

Result<Bytes> BotanKey::sign(BytesView message) try {
    return signer_.sign_message(message.data(), message.size(), rng_);
} catch (const std::exception& error) {
    return fault("signing failed", error);
}

Result<std::unique_ptr<SigningKey>> BotanKey::duplicate() const try {
    return std::unique_ptr<SigningKey>(std::make_unique<BotanKey>(public_, key_));
} catch (const std::exception& error) {
    return fault("the key cannot be copied for another thread", error);
}

}  // namespace

Result<std::unique_ptr<SigningKey>> make_botan_key(const PrivateKey& key) try {
    Botan::AutoSeeded_RNG rng;
    return std::unique_ptr<SigningKey>(
        std::make_unique<BotanKey>(key.public_half, parse(as_bytes(key.pkcs8.text()), rng)));
} catch (const std::exception& error) {
    return fault("the private key cannot be read", error);
}

}  // namespace kaspar

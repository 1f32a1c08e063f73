// Proof of possession: before a key's first use, whatever holds it signs something fresh.
#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>

#include "common/keys/openssl_adapter.h"
#include "common/keys/signing_key.h"

namespace kaspar {
namespace {

/// The text keeps a proof from being anything else: signed DNS data begins with the RR type that is
/// covered (RFC 4034 §3.1.8.1), and no RR type is 0x4b61 ("Ka").
Result<Bytes> challenge(const PublicKey& key) {
    std::array<unsigned char, 32> nonce{};
    if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1)
        return openssl::fault("no randomness for a proof of possession");
    const std::string text =
        fmt::format("Kaspar proof of possession of key {}: ", key.fingerprint());
    Bytes message(text.begin(), text.end());
    message.insert(message.end(), nonce.begin(), nonce.end());
    return message;
}

}  // namespace

Outcome prove_possession(SigningKey& key, const PublicKey& on_record) {
    const std::string context =
        fmt::format("proof of possession of key {}", on_record.fingerprint());
    KASPAR_TRY(const Bytes message, challenge(on_record));
    KASPAR_TRY(const Bytes signature, key.sign(message).within(context));
    KASPAR_TRY(const auto verifier, make_verifier(on_record).within(context));
    if (!verifier->verify(message, signature))
        return Fault{FaultClass::key,
                     fmt::format("{}: the signature does not verify with the public key on record; "
                                 "the key store holds key {} in its place. Do not use this key; "
                                 "restore the key store from its backup",
                                 context, key.public_key().fingerprint())};
    return Done{};
}

}  // namespace kaspar

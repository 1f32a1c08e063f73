#include "common/keys/envelope.h"

#include <fmt/format.h>

#include "common/keys/engines.h"
#include "common/keys/pem.h"
#include "common/system/file.h"
#include "common/system/trust.h"

namespace kaspar {
namespace {

/// What SubjectPublicKeyInfo puts before the 32 octets of an Ed25519 key (RFC 8410 §4).
constexpr std::uint8_t public_key_header[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                              0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

Bytes to_public_key_info(const PublicKey& key) {
    Bytes der(std::begin(public_key_header), std::end(public_key_header));
    der.insert(der.end(), key.octets.begin(), key.octets.end());
    return der;
}

Result<PublicKey> read_public_file(const Path& file) {
    KASPAR_TRY(const std::string text, read_file(file));
    KASPAR_CHECK(check_writers(file));
    KASPAR_TRY(const Secret der, from_pem(pem_public_key, text).within(file.string()));
    const BytesView octets = as_bytes(der.text());
    const BytesView header(public_key_header);
    if (octets.size() != header.size() + 32 ||
        !std::equal(header.begin(), header.end(), octets.begin()))
        return Fault{FaultClass::key,
                     fmt::format("{}: this is not an Ed25519 public key", file.string())};
    const BytesView key = octets.subspan(header.size());
    return PublicKey{Algorithm::ed25519, {key.begin(), key.end()}};
}

Result<PrivateKey> read_pem(const Path& file) {
    KASPAR_TRY(std::string pem, read_private_file(file));
    const Secret text(std::move(pem));
    KASPAR_TRY(Secret der, from_pem(pem_private_key, text.text()).within(file.string()));
    return read_private_key(Algorithm::ed25519, std::move(der)).within(file.string());
}

}  // namespace

Outcome make_envelope_key(const Path& private_file, const Path& public_file) {
    if (std::error_code ignored; std::filesystem::exists(private_file, ignored))
        return Fault{FaultClass::refused, fmt::format("{} is there already; it is not overwritten",
                                                      private_file.string())};
    KASPAR_TRY(const PrivateKey key, generate_private_key({Algorithm::ed25519, 256}));
    // The public half first: if the second write fails, nothing prevents another attempt.
    KASPAR_CHECK(
        write_file(public_file, to_pem(pem_public_key, to_public_key_info(key.public_half))));
    const Secret text(to_pem(pem_private_key, as_bytes(key.pkcs8.text())));
    return write_file(private_file, text.text(), 0600);
}

Result<Bytes> sign_envelope(const Path& private_file, std::string_view text) {
    KASPAR_TRY(const PrivateKey key, read_pem(private_file));
    KASPAR_TRY(const auto signer, make_signing_key(key));
    return signer->sign(as_bytes(text));
}

Outcome check_envelope(const Path& public_file, std::string_view text, BytesView signature) {
    KASPAR_TRY(const PublicKey key, read_public_file(public_file));
    KASPAR_TRY(const auto verifier, make_verifier(key).within(public_file.string()));
    if (!verifier->verify(as_bytes(text), signature))
        return Fault{FaultClass::state,
                     fmt::format("the signature is not by the key in {}, or the text was altered",
                                 public_file.string())};
    return Done{};
}

}  // namespace kaspar

#include "common/keys/key_file.h"

#include <fmt/format.h>

#include <optional>

#include "common/keys/pem.h"
#include "common/values/digest.h"
#include "common/values/encoding.h"

namespace kaspar {
namespace {

constexpr std::string_view digest_field = "Kaspar key, SHA-256 of the lines below";
constexpr std::string_view algorithm_field = "Algorithm";
constexpr std::string_view fingerprint_field = "Fingerprint";

constexpr std::string_view random_mark = "random-256:";
constexpr std::size_t random_size = 32;

bool is_random(std::string_view passphrase) {
    if (!passphrase.starts_with(random_mark))
        return false;
    const auto octets = from_hex(passphrase.substr(random_mark.size()));
    return octets && octets->size() == random_size;
}

std::string line(std::string_view field, std::string_view value) {
    return fmt::format("{}: {}\n", field, value);
}

/// Takes "FIELD: value\n" off the front of `text`; absent if something else is there.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view field) {
    const std::size_t end = text.find('\n');
    if (!text.starts_with(field) || !text.substr(field.size()).starts_with(": ") ||
        end == std::string_view::npos)
        return std::nullopt;
    const std::size_t at = field.size() + 2;
    const std::string_view value = text.substr(at, end - at);
    text.remove_prefix(end + 1);
    return value;
}

Fault damaged(std::string_view how) {
    return {FaultClass::key,
            fmt::format("the file is damaged ({}); restore it from its backup", how)};
}

/// Checks the digest and leaves the lines below it.
Result<std::string_view> intact_lines(std::string_view text) {
    const auto digest = take_line(text, digest_field);
    if (!digest)
        return damaged("it does not begin as a key file does");
    if (*digest != to_hex(sha256(as_bytes(text))))
        return damaged("its SHA-256 is not the one in its first line");
    return text;
}

}  // namespace

std::string random_passphrase(BytesView octets) {
    require(octets.size() == random_size, "a random passphrase is made of 32 octets");
    return std::string(random_mark) + to_hex(octets);
}

Result<std::string> write_key_file(const PrivateKey& key, const Secret& passphrase) {
    const auto iterations =
        is_random(passphrase.text()) ? pbkdf2_iterations_if_random : pbkdf2_iterations;
    KASPAR_TRY(const Bytes sealed, encrypt_private_key(key, passphrase, iterations));
    const std::string lines = line(algorithm_field, facts(key.public_half.algorithm).mnemonic) +
                              line(fingerprint_field, key.public_half.fingerprint()) +
                              to_pem(pem_encrypted_private_key, sealed);
    return line(digest_field, to_hex(sha256(as_bytes(lines)))) + lines;
}

Result<PrivateKey> read_key_file(std::string_view text, const Secret& passphrase) {
    KASPAR_TRY(std::string_view lines, intact_lines(text));
    const auto mnemonic = take_line(lines, algorithm_field);
    const auto fingerprint = take_line(lines, fingerprint_field);
    const auto algorithm = mnemonic ? algorithm_from_text(*mnemonic) : std::nullopt;
    if (!algorithm || !fingerprint)
        return damaged("it does not tell the key's algorithm and fingerprint");
    KASPAR_TRY(const Secret sealed, from_pem(pem_encrypted_private_key, lines));
    KASPAR_TRY(PrivateKey key,
               decrypt_private_key(*algorithm, as_bytes(sealed.text()), passphrase));
    if (key.public_half.fingerprint() != *fingerprint)
        return damaged(
            fmt::format("it holds key {}, not {}", key.public_half.fingerprint(), *fingerprint));
    return key;
}

}  // namespace kaspar

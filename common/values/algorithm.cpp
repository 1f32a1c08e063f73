#include "common/values/algorithm.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/values/result.h"

namespace kaspar {
namespace {

using enum UseForSigning;

// Use: the IANA registry's column "Use for DNSSEC Signing" as RFC 9904 set it up and RFC 9905
// changed it for SHA-1: MUST NOT is refused, NOT RECOMMENDED is discouraged, MAY is allowed.
// RSA: below 2048 bits a modulus is within reach of a determined attacker (NIST SP 800-131A); above
// 4096 validators and UDP answers suffer. The limits are for keys that Kaspar makes: shorter keys
// of others still verify.
constexpr std::array<AlgorithmFacts, 8> table{{
    // number, mnemonic, use, NSEC3, RSA, default, least and most bits, signature size
    {Algorithm::rsasha1, "rsasha1", refused, false, true, 2048, 2048, 4096, 0},
    {Algorithm::rsasha1_nsec3, "rsasha1-nsec3-sha1", refused, true, true, 2048, 2048, 4096, 0},
    {Algorithm::rsasha256, "rsasha256", recommended, true, true, 2048, 2048, 4096, 0},
    {Algorithm::rsasha512, "rsasha512", discouraged, true, true, 2048, 2048, 4096, 0},
    {Algorithm::ecdsap256sha256, "ecdsap256sha256", recommended, true, false, 256, 256, 256, 64},
    {Algorithm::ecdsap384sha384, "ecdsap384sha384", allowed, true, false, 384, 384, 384, 96},
    {Algorithm::ed25519, "ed25519", recommended, true, false, 256, 256, 256, 64},
    {Algorithm::ed448, "ed448", allowed, true, false, 456, 456, 456, 114},
}};

// Use: the IANA registry's column "Use for DNSSEC Delegation" (RFC 9904, RFC 9905).
constexpr std::array<DigestFacts, 3> digests{{
    {DigestType::sha1, "sha1", refused, 20},
    {DigestType::sha256, "sha256", recommended, 32},
    {DigestType::sha384, "sha384", allowed, 48},
}};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::uint8_t> decimal(std::string_view text) {
    std::uint8_t number = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end)
        return std::nullopt;
    return number;
}

template <typename Row>
const Row* row_of(std::span<const Row> rows, std::uint8_t number) {
    const auto row =
        std::ranges::find(rows, number, [](const Row& r) { return std::uint8_t(r.number); });
    return row == rows.end() ? nullptr : &*row;
}

template <typename Row>
const Row* row_of(std::span<const Row> rows, std::string_view text) {
    if (const auto number = decimal(text))
        return row_of(rows, *number);
    const auto row =
        std::ranges::find_if(rows, [&](const Row& r) { return same_word(r.mnemonic, text); });
    return row == rows.end() ? nullptr : &*row;
}

template <typename Row>
auto number_of(const Row* row) {
    return row ? std::optional(row->number) : std::nullopt;
}

}  // namespace

std::span<const AlgorithmFacts> algorithms() {
    return table;
}

const AlgorithmFacts& facts(Algorithm algorithm) {
    const auto* row = row_of(algorithms(), std::uint8_t(algorithm));
    require(row != nullptr, "every Algorithm has its facts");
    return *row;
}

std::optional<Algorithm> algorithm_from_number(std::uint8_t number) {
    return number_of(row_of(algorithms(), number));
}

std::optional<Algorithm> algorithm_from_text(std::string_view text) {
    return number_of(row_of(algorithms(), text));
}

std::span<const DigestFacts> digest_types() {
    return digests;
}

const DigestFacts& facts(DigestType type) {
    const auto* row = row_of(digest_types(), std::uint8_t(type));
    require(row != nullptr, "every DigestType has its facts");
    return *row;
}

std::optional<DigestType> digest_type_from_number(std::uint8_t number) {
    return number_of(row_of(digest_types(), number));
}

std::optional<DigestType> digest_type_from_text(std::string_view text) {
    if (same_word(text, "sha-1") || same_word(text, "sha-256") || same_word(text, "sha-384"))
        return digest_type_from_text(std::string("sha").append(text.substr(4)));
    return number_of(row_of(digest_types(), text));
}

}  // namespace kaspar

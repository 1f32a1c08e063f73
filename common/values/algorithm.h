// The DNSSEC algorithms and DS digests, with what the standards say of their use. One table each;
// everything that asks "may I sign with this" or "how long is its signature" asks here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kaspar {

/// DNS Security Algorithm Numbers (IANA registry; RFC 4034 §A.1). Only those that Kaspar can
/// verify.
enum class Algorithm : std::uint8_t {
    rsasha1 = 5,
    rsasha1_nsec3 = 7,
    rsasha256 = 8,
    rsasha512 = 10,
    ecdsap256sha256 = 13,
    ecdsap384sha384 = 14,
    ed25519 = 15,
    ed448 = 16,
};

/// What a policy may do with an algorithm or digest (RFC 9904, RFC 9905).
enum class UseForSigning { recommended, allowed, discouraged, refused };

struct AlgorithmFacts {
    Algorithm number;
    std::string_view mnemonic;  ///< lower case, as in policy files: "ecdsap256sha256"
    UseForSigning use;
    bool nsec3;  ///< false where the number itself says "NSEC only" (RFC 5155 §2)
    bool rsa;    ///< key size is a choice
    unsigned default_bits, least_bits, most_bits;  ///< key size in bits
    std::size_t
        fixed_signature_size;  ///< octets; 0 for RSA, whose signatures are as long as the modulus
};

std::span<const AlgorithmFacts> algorithms();
const AlgorithmFacts& facts(Algorithm algorithm);
std::optional<Algorithm> algorithm_from_number(std::uint8_t number);
/// By mnemonic in any case, or by decimal number ("13").
std::optional<Algorithm> algorithm_from_text(std::string_view text);

/// DS digest types (IANA registry; RFC 4034 §A.2, RFC 4509, RFC 6605).
enum class DigestType : std::uint8_t { sha1 = 1, sha256 = 2, sha384 = 4 };

struct DigestFacts {
    DigestType number;
    std::string_view mnemonic;  ///< lower case, as in policy files: "sha256"
    UseForSigning use;
    std::size_t size;  ///< octets
};

std::span<const DigestFacts> digest_types();
const DigestFacts& facts(DigestType type);
std::optional<DigestType> digest_type_from_number(std::uint8_t number);
std::optional<DigestType> digest_type_from_text(std::string_view text);

}  // namespace kaspar

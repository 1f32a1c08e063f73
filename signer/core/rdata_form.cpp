#include "signer/core/rdata_form.h"

#include <algorithm>

#include "signer/core/rdata_parts.h"
#include "signer/core/service_parameters.h"

namespace kaspar::signer {

namespace {

bool is_digit(std::uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

bool is_letter(std::uint8_t octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

// ---- the rest of RDATA, whole

bool are_names(BytesView octets) {
    while (!octets.empty()) {
        const auto length = part_length('n', octets);
        if (length == malformed)
            return false;
        octets = octets.subspan(length);
    }
    return true;
}

bool are_strings(BytesView octets) {
    std::size_t at = 0;
    while (at < octets.size())
        at += octets[at] + 1U;
    return at == octets.size() && at > 0;
}

struct DigestForm {
    std::uint8_t algorithm;
    std::size_t octets;
};

constexpr DigestForm ds_digests[] = {{1, 20}, {2, 32}, {4, 48}};  // RFC 3658, 4509, 6605
constexpr DigestForm fingerprints[] = {{1, 20}, {2, 32}};         // RFC 4255, 6594
constexpr DigestForm zone_digests[] = {{1, 48}, {2, 64}};         // RFC 8976 §2.2.3

/// An octet for the algorithm and a digest as long as its are; others have at least so many octets.
template <std::size_t Count>
bool is_digest(BytesView octets, const DigestForm (&digests)[Count], std::size_t least = 1) {
    if (octets.empty())
        return false;
    const auto* known = std::ranges::find(digests, octets[0], &DigestForm::algorithm);
    return known == std::end(digests) ? octets.size() > least : octets.size() == 1 + known->octets;
}

// RFC 2535 §3.1.2: both bits of the flags say that there is no key.
bool is_key(BytesView octets) {
    return octets.size() >= 4 && (octets.size() == 4) == ((octets[0] & 0xc0U) == 0xc0);
}

bool is_precise(std::uint8_t octet) {
    return octet >> 4 <= 9 && (octet & 15U) <= 9 && (octet >> 4 != 0 || octet == 0);
}

bool is_within_degrees(std::uint32_t coordinate, std::uint32_t degrees) {
    constexpr std::uint32_t zero = 0x80000000, degree = 3600 * 1000;  // of 1/1000 second
    return (coordinate > zero ? coordinate - zero : zero - coordinate) <= degrees * degree;
}

// RFC 1876 §2.
bool is_location(BytesView octets) {
    return octets.size() == 16 && octets[0] == 0 &&
           std::ranges::all_of(octets.subspan(1, 3), is_precise) &&
           is_within_degrees(number32(octets, 4), 90) &&
           is_within_degrees(number32(octets, 8), 180);
}

std::size_t gateway_length(std::uint8_t type, BytesView octets) {
    switch (type) {
        case 0:
            return 0;
        case 1:
            return 4;
        case 2:
            return 16;
        case 3:
            return part_length('n', octets);
        default:
            return malformed;
    }
}

// RFC 4025 §2.1: type, algorithm, the gateway that the type tells, and a key if the algorithm is
// not 0.
bool is_gateway_and_key(BytesView octets) {
    if (octets.size() < 2)
        return false;
    const auto rest = octets.subspan(2);
    const auto gateway = gateway_length(octets[0], rest);
    return gateway < rest.size() || (gateway == rest.size() && octets[1] == 0);
}

// RFC 8005 §5.
bool is_host_identity(BytesView octets) {
    if (octets.size() < 4 || octets[0] == 0 || number16(octets, 2) == 0)
        return false;
    const auto servers = 4U + octets[0] + number16(octets, 2);
    return servers <= octets.size() && are_names(octets.subspan(servers));
}

// RFC 4034 §4.1.2.
bool is_type_bit_maps(BytesView octets) {
    for (unsigned next_window = 0; !octets.empty();) {
        if (octets.size() < 2)
            return false;
        const unsigned window = octets[0], size = octets[1];
        if (window < next_window || size == 0 || size > 32 || size + 2 > octets.size() ||
            octets[size + 1] == 0)
            return false;
        next_window = window + 1;
        octets = octets.subspan(size + 2);
    }
    return true;
}

// ---- character-strings

/// RFC 8659 §4.1.
bool is_tag(BytesView text) {
    return !text.empty() && std::ranges::all_of(text, [](std::uint8_t octet) {
        return is_letter(octet) || is_digit(octet);
    });
}

/// RFC 1183 §3.1: X.121, an international data number code and more.
bool is_data_address(BytesView text) {
    return text.size() >= 4 && std::ranges::all_of(text, is_digit);
}

/// RFC 3402 §3.2, not looking into the pattern: empty, or delimiter, pattern, delimiter,
/// replacement, delimiter, flags.
bool is_substitution(BytesView text) {
    if (text.empty())
        return true;
    const auto delimiter = text[0];
    if (is_digit(delimiter) || delimiter == '\\' || delimiter == 'i' || delimiter == 0)
        return false;
    unsigned delimiters = 1;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == 0 || (delimiters == 3 && text[i] != 'i'))
            return false;
        if (text[i] == '\\')
            ++i;
        else if (text[i] == delimiter)
            ++delimiters;
    }
    return delimiters == 3;
}

// ---- forms

std::size_t whole_if(bool is_good, BytesView octets) {
    return is_good ? octets.size() : malformed;
}

std::size_t string_if(bool (*is_good)(BytesView), BytesView octets) {
    const auto length = part_length('s', octets);
    return length <= octets.size() && is_good(octets.subspan(1, length - 1)) ? length : malformed;
}

/// As part_length, and beyond its parts:
///
///     0       an octet that is zero
///     S o     character-strings, at least one; one that may be missing
///     a x r   a character-string that is a CAA's tag, an X.121 address, a NAPTR's substitution
///     d f z   a digest and what tells its length: of a DS, an SSHFP, a ZONEMD
///     k l g h all of a KEY, a LOC, a HIP; an IPSECKEY from the gateway's type on (g)
///     t p     type bit maps, service parameters
std::size_t form_length(char part, BytesView octets) {
    switch (part) {
        case '0':
            return octets.empty() || octets[0] != 0 ? malformed : 1;
        case 'S':
            return whole_if(are_strings(octets), octets);
        case 'o':
            return octets.empty() ? 0 : part_length('s', octets);
        case 'a':
            return string_if(is_tag, octets);
        case 'x':
            return string_if(is_data_address, octets);
        case 'r':
            return string_if(is_substitution, octets);
        case 'd':
            return whole_if(is_digest(octets, ds_digests), octets);
        case 'f':
            return whole_if(is_digest(octets, fingerprints), octets);
        case 'z':
            return whole_if(is_digest(octets, zone_digests, 12), octets);
        case 'k':
            return whole_if(is_key(octets), octets);
        case 'l':
            return whole_if(is_location(octets), octets);
        case 'g':
            return whole_if(is_gateway_and_key(octets), octets);
        case 'h':
            return whole_if(is_host_identity(octets), octets);
        case 't':
            return whole_if(is_type_bit_maps(octets), octets);
        case 'p':
            return whole_if(are_service_parameters(octets), octets);
        default:
            return part_length(part, octets);
    }
}

struct Form {
    std::uint16_t type;
    std::string_view parts;
    std::string_view words = "its RDATA is not that of its type";
};

constexpr std::string_view ds_words =
    "the digest's length is not that of its digest type: 20 octets for 1 (SHA-1), 32 for 2 "
    "(SHA-256), 48 for 4 (SHA-384)";
constexpr std::string_view parameters_words =
    "its service parameters are not as RFC 9460 §2.2 wants them: keys ascending, each value of its "
    "key's form, all mandatory keys there";

constexpr Form forms[] = {
    {16, "S"},    // TXT
    {19, "x"},    // X25
    {20, "so"},   // ISDN
    {25, "k"},    // KEY
    {27, "sss"},  // GPOS
    {29, "l"},    // LOC
    {35, "22ssrn",
     "its substitution is not delimiter, pattern, delimiter, replacement, delimiter, flags "
     "(RFC 3402 §3.2)"},    // NAPTR
    {37, "221+"},           // CERT
    {43, "21d", ds_words},  // DS
    {44, "1f",
     "the fingerprint's length is not that of its type: 20 octets for 1 (SHA-1), 32 for 2 "
     "(SHA-256)"},          // SSHFP
    {45, "1g"},             // IPSECKEY
    {49, "21+"},            // DHCID
    {52, "111+"},           // TLSA
    {53, "111+"},           // SMIMEA
    {55, "h"},              // HIP
    {56, "S"},              // NINFO
    {57, "0011+"},          // RKEY
    {58, "nn"},             // TALINK
    {59, "21d", ds_words},  // CDS
    {61, "+"},              // OPENPGPKEY
    {62, "42t"},            // CSYNC
    {63, "41z",
     "the digest's length is not that of its hash algorithm: 48 octets for 1 (SHA-384), 64 for 2 "
     "(SHA-512), at least 12 for others"},                                          // ZONEMD
    {64, "2np", parameters_words},                                                  // SVCB
    {65, "2np", parameters_words},                                                  // HTTPS
    {99, "S"},                                                                      // SPF
    {104, "244"},                                                                   // NID
    {105, "24"},                                                                    // L32
    {106, "244"},                                                                   // L64
    {108, "42"},                                                                    // EUI48
    {109, "44"},                                                                    // EUI64
    {256, "22+"},                                                                   // URI
    {257, "1a*", "its tag is not one or more letters and digits (RFC 8659 §4.1)"},  // CAA
};

}  // namespace

std::optional<std::string_view> form_fault(std::uint16_t type, BytesView rdata) {
    const auto* form = std::ranges::lower_bound(forms, type, {}, &Form::type);
    if (form == std::end(forms) || form->type != type ||
        is_made_of<form_length>(form->parts, rdata))
        return std::nullopt;
    return form->words;
}

}  // namespace kaspar::signer

// The parts that RDATA is made of, each a letter, and how long each is where it stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/values/bytes.h"

namespace kaspar::signer {

/// A length of what cannot stand where it should.
constexpr std::size_t malformed = ~std::size_t{0};

/// Octets that `part` takes at the start of `octets`; may be more than there are.
///
///     1 2 4   so many octets
///     s       a character-string (RFC 1035 §3.3)
///     n N     an uncompressed name; one that canonical form puts in lower case
///     6       the address suffix and name of an A6 (RFC 2874 §3.1.1)
///     * +     the rest; it may be empty, or not
std::size_t part_length(char part, BytesView octets);

/// True if `rdata` is the row of `parts`, each as long as `Length` says, and nothing behind it.
template <std::size_t (*Length)(char, BytesView)>
bool is_made_of(std::string_view parts, BytesView rdata) {
    for (const char part : parts) {
        const auto length = Length(part, rdata);
        if (length > rdata.size())
            return false;
        rdata = rdata.subspan(length);
    }
    return rdata.empty();
}

/// Octets before the name of an A6, its prefix length among them. Not for empty RDATA, or a prefix
/// length above 128.
std::size_t a6_address_length(BytesView octets);

/// The number whose most significant octet is at `at` (RFC 1035 §2.3.2).
constexpr std::uint16_t number16(BytesView octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

constexpr std::uint32_t number32(BytesView octets, std::size_t at) {
    return std::uint32_t{number16(octets, at)} << 16 | number16(octets, at + 2);
}

}  // namespace kaspar::signer

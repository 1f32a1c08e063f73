#include "common/values/encoding.h"

#include <botan/base64.h>
#include <botan/exceptn.h>
#include <botan/hex.h>

#include <array>

namespace kaspar {
namespace {

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base32hex_digits = "0123456789abcdefghijklmnopqrstuv";

constexpr std::uint32_t no_digit = 1U << 24;

constexpr auto base64_values = [] {
    std::array<std::uint32_t, 256> values{};
    values.fill(no_digit);
    for (std::uint32_t value = 0; value < base64_digits.size(); ++value)
        values[static_cast<std::uint8_t>(base64_digits[value])] = value;
    return values;
}();

/// The 24 bits that four digits stand for; above all such values if one of them is none.
std::uint32_t base64_bits(char first, char second, char third, char fourth) {
    const auto value = [](char digit) { return base64_values[static_cast<std::uint8_t>(digit)]; };
    const auto a = value(first), b = value(second), c = value(third), d = value(fourth);
    return (a | b | c | d) >= no_digit ? no_digit : a << 18 | b << 12 | c << 6 | d;
}

std::optional<unsigned> base32hex_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return unsigned(digit - '0');
    if (digit >= 'a' && digit <= 'v')
        return unsigned(digit - 'a') + 10;
    if (digit >= 'A' && digit <= 'V')
        return unsigned(digit - 'A') + 10;
    return std::nullopt;
}

/// Writes the first `digits` of the four that stand for 24 bits; where the next goes.
char* put_base64(char* to, std::uint32_t bits, unsigned digits) {
    for (unsigned i = 0; i < digits; ++i)
        *to++ = base64_digits[bits >> (18 - 6 * i) & 63];
    return to;
}

}  // namespace

// Botan has no way to append, and takes ten times as long: it guards secrets against timing.
void append_base64(std::string& out, BytesView octets) {
    const auto at = out.size();
    out.resize(at + (octets.size() + 2) / 3 * 4, '=');
    auto* to = out.data() + at;
    for (; octets.size() >= 3; octets = octets.subspan(3))
        to = put_base64(to, octets[0] << 16U | octets[1] << 8U | octets[2], 4);
    if (octets.size() == 2)
        put_base64(to, octets[0] << 16U | octets[1] << 8U, 3);
    else if (octets.size() == 1)
        put_base64(to, octets[0] << 16U, 2);
}

std::string to_base64(BytesView octets) {
    return Botan::base64_encode(octets.data(), octets.size());
}

std::optional<Bytes> from_base64(std::string_view text) {
    try {
        const auto secure = Botan::base64_decode(text.data(), text.size(), false);
        Bytes octets(secure.begin(), secure.end());
        // One text for one value: Botan lets stray bits in the last digit and missing padding pass.
        if (to_base64(octets) != text)
            return std::nullopt;
        return octets;
    } catch (const Botan::Exception&) {
        return std::nullopt;
    }
}

bool append_from_base64(std::string_view text, Bytes& out) {
    if (text.size() % 4 != 0)
        return false;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    const auto at = out.size();
    out.resize(at + text.size() / 4 * 3);
    auto* to = out.data() + at;
    for (; text.size() > (padding > 0 ? 4 : 0); text.remove_prefix(4)) {
        const auto bits = base64_bits(text[0], text[1], text[2], text[3]);
        if (bits == no_digit)
            return false;
        *to++ = static_cast<std::uint8_t>(bits >> 16);
        *to++ = static_cast<std::uint8_t>(bits >> 8);
        *to++ = static_cast<std::uint8_t>(bits);
    }
    if (padding == 0)
        return true;
    const char zero = base64_digits.front();  // in the padding's place
    const auto bits = base64_bits(text[0], text[1], padding == 2 ? zero : text[2], zero);
    *to++ = static_cast<std::uint8_t>(bits >> 16);
    *to = static_cast<std::uint8_t>(bits >> 8);
    out.resize(out.size() - padding);
    return bits != no_digit && (bits & ((1U << 8 * padding) - 1)) == 0;
}

std::string to_hex(BytesView octets) {
    return Botan::hex_encode(octets.data(), octets.size(), false);
}

void append_upper_hex(std::string& out, BytesView octets) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto at = out.size();
    out.resize(at + 2 * octets.size());
    auto* to = out.data() + at;
    for (const auto octet : octets) {
        *to++ = digits[octet >> 4];
        *to++ = digits[octet & 15];
    }
}

std::optional<Bytes> from_hex(std::string_view text) {
    try {
        return Botan::hex_decode(text.data(), text.size(), false);
    } catch (const Botan::Exception&) {
        return std::nullopt;
    }
}

void append_base32hex(std::string& out, BytesView octets) {
    unsigned held = 0, bits = 0;  // bits not yet written, and how many
    for (const auto octet : octets) {
        held = (held << 8 | octet) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            out += base32hex_digits[held >> (bits - 5) & 31];
    }
    if (bits > 0)
        out += base32hex_digits[held << (5 - bits) & 31];
}

std::string to_base32hex(BytesView octets) {
    std::string text;
    text.reserve((octets.size() * 8 + 4) / 5);
    append_base32hex(text, octets);
    return text;
}

std::optional<Bytes> from_base32hex(std::string_view text) {
    Bytes octets;
    octets.reserve(text.size() * 5 / 8);
    unsigned held = 0, bits = 0;
    for (const char digit : text) {
        const auto value = base32hex_value(digit);
        if (!value)
            return std::nullopt;
        held = (held << 5 | *value) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            octets.push_back(static_cast<std::uint8_t>(held >> bits));
        }
    }
    // A whole digit left over, or bits set in what is left over: no encoder writes that.
    if (bits >= 5 || (held & ((1u << bits) - 1)) != 0)
        return std::nullopt;
    return octets;
}

}  // namespace kaspar

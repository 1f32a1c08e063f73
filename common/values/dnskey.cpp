#include "common/values/dnskey.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <concepts>
#include <optional>

#include "common/values/digest.h"
#include "common/values/encoding.h"

namespace kaspar {
namespace {

constexpr std::uint8_t dnssec_protocol = 3;  // RFC 4034 §2.1.2
constexpr std::size_t header_size = 4;       // flags, protocol, algorithm

void append_u16(Bytes& out, std::uint16_t number) {
    out.push_back(static_cast<std::uint8_t>(number >> 8));
    out.push_back(static_cast<std::uint8_t>(number));
}

void append(Bytes& out, BytesView octets) {
    out.insert(out.end(), octets.begin(), octets.end());
}

/// The modulus of an RSA key (RFC 3110 §2): exponent length in one octet, or in two after a zero,
/// then exponent, then modulus. Empty if the key is cut short.
BytesView rsa_modulus(BytesView key) {
    std::size_t exponent_at = 1, exponent_size = key.empty() ? 0 : key[0];
    if (exponent_size == 0 && key.size() >= 3) {
        exponent_at = 3;
        exponent_size = std::size_t(key[1]) << 8 | key[2];
    }
    if (exponent_size == 0 || key.size() <= exponent_at + exponent_size)
        return {};
    return key.subspan(exponent_at + exponent_size);
}

unsigned bit_length(BytesView number) {
    while (!number.empty() && number.front() == 0)
        number = number.subspan(1);
    if (number.empty())
        return 0;
    return static_cast<unsigned>(number.size() - 1) * 8 +
           static_cast<unsigned>(std::bit_width(number.front()));
}

Bytes digest(DigestType type, BytesView octets) {
    switch (type) {
        case DigestType::sha1:
            return sha1(octets);
        case DigestType::sha256:
            return sha256(octets);
        case DigestType::sha384:
            return sha384(octets);
    }
    require(false, "every DigestType has its digest");
    return {};
}

std::string upper_hex(BytesView octets) {
    std::string text;
    for (const auto octet : octets)
        text += fmt::format("{:02X}", octet);
    return text;
}

/// Takes the next word off `rest` and reads it as a number.
template <std::unsigned_integral N>
std::optional<N> take_number(std::string_view& rest) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    N number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size())
        return std::nullopt;
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    return number;
}

}  // namespace

std::string PublicKey::fingerprint() const {
    Bytes identity{static_cast<std::uint8_t>(algorithm)};
    append(identity, octets);
    return to_hex(sha256(identity)).substr(0, 32);
}

unsigned PublicKey::bits() const {
    const auto& known = facts(algorithm);
    return known.rsa ? bit_length(rsa_modulus(octets)) : known.default_bits;
}

Bytes Dnskey::rdata() const {
    Bytes rdata;
    rdata.reserve(header_size + key.octets.size());
    append_u16(rdata, flags);
    rdata.push_back(dnssec_protocol);
    rdata.push_back(static_cast<std::uint8_t>(key.algorithm));
    append(rdata, key.octets);
    return rdata;
}

std::uint16_t Dnskey::tag() const {
    return key_tag(rdata());
}

std::uint16_t Dnskey::revoked_tag() const {
    return Dnskey{static_cast<std::uint16_t>(flags | flag_revoke), key}.tag();
}

std::string Dnskey::text() const {
    return fmt::format("{} {} {} {}", flags, dnssec_protocol, unsigned(key.algorithm),
                       to_base64(key.octets));
}

Result<Dnskey> Dnskey::from_rdata(BytesView rdata) {
    if (rdata.size() <= header_size)
        return Fault{FaultClass::input,
                     fmt::format("a DNSKEY of {} octets holds no key", rdata.size())};
    if (rdata[2] != dnssec_protocol)
        return Fault{FaultClass::input,
                     fmt::format("DNSKEY protocol {} instead of 3 (RFC 4034 §2.1.2)", rdata[2])};
    const auto algorithm = algorithm_from_number(rdata[3]);
    if (!algorithm)
        return Fault{FaultClass::input,
                     fmt::format("DNSKEY algorithm {} is not known to Kaspar", rdata[3])};
    const auto octets = rdata.subspan(header_size);
    return Dnskey{static_cast<std::uint16_t>(rdata[0] << 8 | rdata[1]),
                  {*algorithm, Bytes(octets.begin(), octets.end())}};
}

std::uint16_t key_tag(BytesView dnskey_rdata) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < dnskey_rdata.size(); ++i)
        sum += i % 2 == 0 ? std::uint32_t(dnskey_rdata[i]) << 8 : dnskey_rdata[i];
    return static_cast<std::uint16_t>(sum + (sum >> 16));
}

Result<Dnskey> Dnskey::from_text(std::string_view text) {
    std::string_view rest = text;
    const auto flags = take_number<std::uint16_t>(rest);
    const auto protocol = take_number<std::uint8_t>(rest);
    const auto algorithm = take_number<std::uint8_t>(rest);
    const auto octets = from_base64(rest);
    if (!flags || !protocol || !algorithm || !octets || octets->empty())
        return Fault{FaultClass::input, "write it as \"257 3 13 BASE64\""};
    Bytes rdata{static_cast<std::uint8_t>(*flags >> 8U), static_cast<std::uint8_t>(*flags & 0xFFU),
                *protocol, *algorithm};
    rdata.insert(rdata.end(), octets->begin(), octets->end());
    return Dnskey::from_rdata(rdata);
}

Bytes Ds::rdata() const {
    Bytes rdata;
    append_u16(rdata, tag);
    rdata.push_back(algorithm);
    rdata.push_back(digest_type);
    append(rdata, digest);
    return rdata;
}

std::string Ds::text() const {
    return fmt::format("{} {} {} {}", tag, algorithm, digest_type, upper_hex(digest));
}

Result<Ds> Ds::from_text(std::string_view text) {
    std::string_view rest = text;
    const auto tag = take_number<std::uint16_t>(rest);
    const auto algorithm = take_number<std::uint8_t>(rest);
    const auto type = take_number<std::uint8_t>(rest);
    const auto digest = from_hex(rest);
    if (!tag || !algorithm || !type || !digest || digest->empty())
        return Fault{FaultClass::input, "write it as \"12345 13 2 HEX\""};
    return Ds{*tag, *algorithm, *type, *digest};
}

Result<Ds> Ds::from_rdata(BytesView rdata) {
    constexpr std::size_t fixed_octets = 4;
    if (rdata.size() <= fixed_octets)
        return Fault{FaultClass::input, "a DS record without a digest"};
    return Ds{static_cast<std::uint16_t>(rdata[0] << 8 | rdata[1]), rdata[2], rdata[3],
              Bytes(rdata.begin() + fixed_octets, rdata.end())};
}

Ds make_ds(const Name& owner, const Dnskey& dnskey, DigestType type) {
    // RFC 4034 §5.1.4: digest = hash(canonical owner name | DNSKEY RDATA)
    const auto canonical = owner.lower();
    const auto rdata = dnskey.rdata();
    Bytes message(canonical.wire().begin(), canonical.wire().end());
    append(message, rdata);
    return {key_tag(rdata), static_cast<std::uint8_t>(dnskey.key.algorithm),
            static_cast<std::uint8_t>(type), digest(type, message)};
}

}  // namespace kaspar

#include "common/token_worker/public_half.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace kaspar::token {
namespace {

struct Curve {
    Algorithm algorithm;
    std::string_view parameters;  ///< DER: the curve's object identifier
    std::string_view name;   ///< PKCS#11 3.0 §2.3.3 also has a curve's name as PrintableString
    std::size_t point_size;  ///< octets, as PKCS#11 has it, without the OCTET STRING
    std::size_t prefix;      ///< of these, before what DNSKEY wants
};

using namespace std::string_view_literals;
constexpr std::array curves{
    Curve{Algorithm::ecdsap256sha256, "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"sv, {}, 65, 1},
    Curve{Algorithm::ecdsap384sha384, "\x06\x05\x2b\x81\x04\x00\x22"sv, {}, 97, 1},
    Curve{Algorithm::ed25519, "\x06\x03\x2b\x65\x70"sv, "edwards25519"sv, 32, 0},
    Curve{Algorithm::ed448, "\x06\x03\x2b\x65\x71"sv, "edwards448"sv, 57, 0},
};

bool equal(BytesView a, BytesView b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

constexpr std::uint8_t octet_string = 0x04, printable_string = 0x13;

/// The content of a short or long-form DER value that fills `der`, or nothing.
std::optional<BytesView> der_content(BytesView der, std::uint8_t tag) {
    if (der.size() < 2 || der[0] != tag)
        return std::nullopt;
    const bool is_long = der[1] == 0x81 && der.size() >= 3;
    const std::size_t start = is_long ? 3 : 2, size = is_long ? der[2] : der[1];
    if (der.size() != start + size)
        return std::nullopt;
    return der.subspan(start);
}

bool is_of(const Curve& curve, BytesView parameters) {
    if (equal(parameters, as_bytes(curve.parameters)))
        return true;
    const auto name = der_content(parameters, printable_string);
    return name && !curve.name.empty() && equal(*name, as_bytes(curve.name));
}

/// CKA_EC_POINT is an OCTET STRING around the point; some vendors give the point bare.
std::optional<Bytes> point(const Curve& curve, BytesView value) {
    const auto inside = der_content(value, octet_string);
    const BytesView whole = inside && inside->size() == curve.point_size ? *inside : value;
    if (whole.size() != curve.point_size)
        return std::nullopt;
    constexpr std::uint8_t uncompressed = 0x04;  // SEC 1 §2.3.3
    if (curve.prefix == 1 && whole[0] != uncompressed)
        return std::nullopt;
    return Bytes(whole.begin() + static_cast<long>(curve.prefix), whole.end());
}

void read_curve_key(const ReadAttribute& read, TokenKey& key) {
    const auto parameters = read(CKA_EC_PARAMS);
    if (!parameters)
        return;
    for (const Curve& curve : curves) {
        if (!is_of(curve, *parameters))
            continue;
        key.kind = curve.algorithm;
        const auto value = read(CKA_EC_POINT);
        if (auto octets = value ? point(curve, *value) : std::nullopt)
            key.public_octets = std::move(*octets);
    }
}

BytesView without_leading_zeros(BytesView number) {
    while (!number.empty() && number.front() == 0)
        number = number.subspan(1);
    return number;
}

/// RFC 3110 §2: the exponent's length, in one octet or in three, the exponent, the modulus.
void read_rsa_key(const ReadAttribute& read, TokenKey& key) {
    key.kind = Algorithm::rsasha256;
    const auto modulus = read(CKA_MODULUS), exponent = read(CKA_PUBLIC_EXPONENT);
    if (!modulus || !exponent || modulus->empty() || exponent->empty())
        return;
    const BytesView e = without_leading_zeros(*exponent), n = without_leading_zeros(*modulus);
    if (e.size() > 255)
        key.public_octets = {0, static_cast<std::uint8_t>(e.size() >> 8)};
    key.public_octets.push_back(static_cast<std::uint8_t>(e.size()));
    key.public_octets.insert(key.public_octets.end(), e.begin(), e.end());
    key.public_octets.insert(key.public_octets.end(), n.begin(), n.end());
}

}  // namespace

void read_public_half(const ReadAttribute& read, TokenKey& key) {
    const auto type = read(CKA_KEY_TYPE);
    CK_KEY_TYPE known = 0;
    if (!type || type->size() != sizeof(known))
        return;
    std::memcpy(&known, type->data(), sizeof(known));
    if (known == CKK_RSA)
        read_rsa_key(read, key);
    else if (known == CKK_EC || known == CKK_EC_EDWARDS)
        read_curve_key(read, key);
}

Bytes curve_parameters(Algorithm algorithm) {
    for (const Curve& curve : curves)
        if (curve.algorithm == algorithm) {
            const BytesView octets = as_bytes(curve.parameters);
            return {octets.begin(), octets.end()};
        }
    return {};
}

}  // namespace kaspar::token

// A DNSKEY as a value (RFC 4034 §2), and what is computed from it: key tag, DS, fingerprint.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "common/values/algorithm.h"
#include "common/values/bytes.h"
#include "common/values/name.h"
#include "common/values/result.h"

namespace kaspar {

/// A public key without a role: the algorithm and the key in DNSKEY form (RFC 3110, 6605, 8080).
struct PublicKey {
    Algorithm algorithm;
    Bytes octets;

    auto operator<=>(const PublicKey&) const = default;

    /// Names this key in reports, logs and cross-references: the first 32 hex digits of SHA-256
    /// over the algorithm number and the key octets. Does not change with flags, as a key tag
    /// would.
    std::string fingerprint() const;

    /// Key size in bits: the modulus of an RSA key, the field of a curve.
    unsigned bits() const;
};

constexpr std::uint16_t flag_zone = 0x0100;    ///< RFC 4034 §2.1.1
constexpr std::uint16_t flag_revoke = 0x0080;  ///< RFC 5011 §3
constexpr std::uint16_t flag_sep = 0x0001;     ///< RFC 3757

struct Dnskey {
    std::uint16_t flags;
    PublicKey key;

    auto operator<=>(const Dnskey&) const = default;

    bool is_sep() const { return (flags & flag_sep) != 0; }

    /// RDATA in wire format.
    Bytes rdata() const;

    /// Key tag of the RDATA (RFC 4034 appendix B). A label, not an identity.
    std::uint16_t tag() const;

    /// Tag that the same key would have with the REVOKE bit set (RFC 5011 §2.1).
    std::uint16_t revoked_tag() const;

    /// RDATA in presentation format: "257 3 13 base64…".
    std::string text() const;

    /// Reads RDATA in presentation format. Fault: input.
    static Result<Dnskey> from_text(std::string_view text);

    /// Reads RDATA. Fault: input (too short, protocol not 3, algorithm unknown).
    static Result<Dnskey> from_rdata(BytesView rdata);
};

/// Key tag of DNSKEY RDATA in wire format (RFC 4034 appendix B).
std::uint16_t key_tag(BytesView dnskey_rdata);

/// A DS or CDS record's content (RFC 4034 §5, RFC 7344 §3.1).
struct Ds {
    std::uint16_t tag;
    std::uint8_t algorithm;
    std::uint8_t digest_type;
    Bytes digest;

    auto operator<=>(const Ds&) const = default;
    Bytes rdata() const;
    std::string text() const;  ///< "12345 13 2 HEX…" (upper case digest, as the peers print it)

    /// Reads RDATA, in presentation format or in octets. Fault: input.
    static Result<Ds> from_text(std::string_view text);
    static Result<Ds> from_rdata(BytesView rdata);
};

Ds make_ds(const Name& owner, const Dnskey& dnskey, DigestType type);

}  // namespace kaspar

#include "signer/core/rrsig.h"

#include "signer/core/name_order.h"
#include "signer/core/rdata_parts.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t fixed_head_size = 18;

void append_16(std::uint16_t value, Bytes& out) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

void append_32(std::uint32_t value, Bytes& out) {
    append_16(static_cast<std::uint16_t>(value >> 16), out);
    append_16(static_cast<std::uint16_t>(value), out);
}

/// FNV-1a, finished as in MurmurHash3 so that close names land far apart. Not for secrets: it only
/// spreads work in time, the same way on every machine.
std::uint64_t spread(BytesView owner, std::uint16_t type) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto mix = [&](std::uint8_t octet) { hash = (hash ^ octet) * 0x100000001b3; };
    for (const auto octet : owner)
        mix(lower_octet(octet));
    mix(static_cast<std::uint8_t>(type >> 8));
    mix(static_cast<std::uint8_t>(type));
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
    return hash ^ hash >> 33;
}

}  // namespace

std::optional<RrsigHead> read_rrsig_head(BytesView rdata) {
    if (rdata.size() <= fixed_head_size)
        return std::nullopt;
    const auto signer = rdata.subspan(fixed_head_size);
    const auto signer_size = part_length('n', signer);
    if (signer_size >= signer.size())
        return std::nullopt;
    return RrsigHead{number16(rdata, 0),
                     rdata[2],
                     rdata[3],
                     number32(rdata, 4),
                     number32(rdata, 8),
                     number32(rdata, 12),
                     number16(rdata, 16),
                     signer.first(signer_size)};
}

void append_rrsig_head(const RrsigHead& head, Bytes& out) {
    append_16(head.covered, out);
    out.push_back(head.algorithm);
    out.push_back(head.labels);
    append_32(head.original_ttl, out);
    append_32(head.expiration, out);
    append_32(head.inception, out);
    append_16(head.tag, out);
    append_lower_name(head.signer, out);
}

std::uint8_t rrsig_labels(BytesView owner) {
    return static_cast<std::uint8_t>(count_labels(owner) - (is_wildcard(owner) ? 1 : 0));
}

void append_rrset_to_sign(const RRsetView& rrset, Bytes& out) {
    for (std::uint32_t i = 0; i < rrset.size(); ++i) {
        append_lower_name(rrset.owner, out);
        append_16(rrset.type, out);
        append_16(1, out);  // class IN
        append_32(rrset.ttl, out);
        const std::size_t length_at = out.size();
        append_16(0, out);
        append_canonical_rdata(rrset.type, rrset.rdata(i), out);
        const std::size_t length = out.size() - length_at - 2;
        out[length_at] = static_cast<std::uint8_t>(length >> 8);
        out[length_at + 1] = static_cast<std::uint8_t>(length);
    }
}

SignatureRole signature_role(std::uint16_t type) {
    switch (type) {
        case rr::dnskey:
        case rr::cds:
        case rr::cdnskey:
            return SignatureRole::keyset;
        case rr::nsec:
        case rr::nsec3:
            return SignatureRole::denial;
        default:
            return SignatureRole::data;
    }
}

Duration validity_for(const SignatureTimes& times, SignatureRole role) {
    switch (role) {
        case SignatureRole::keyset:
            return times.dnskey_validity;
        case SignatureRole::denial:
            return times.denial_validity;
        case SignatureRole::data:
            return times.validity;
    }
    return times.validity;
}

Time expiration_for(const SignatureTimes& times, Time now, BytesView owner, std::uint16_t type) {
    const auto latest = now + validity_for(times, signature_role(type)) + times.jitter;
    if (times.jitter.count() <= 0)
        return latest;
    const auto span = static_cast<std::uint64_t>(times.jitter.count()) * 2 + 1;
    return latest - Duration(static_cast<std::int64_t>(spread(owner, type) % span));
}

}  // namespace kaspar::signer

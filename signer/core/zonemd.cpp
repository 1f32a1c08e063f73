#include "signer/core/zonemd.h"

#include <algorithm>

#include "signer/core/name_order.h"
#include "signer/core/rrsig.h"

namespace kaspar::signer {

namespace {

constexpr std::uint8_t scheme_simple = 1, hash_sha384 = 1;  // RFC 8976 §5.2, §5.3
constexpr std::size_t sha384_size = 48;

/// TTLs of RRSIGs are those of the RRsets they cover (RFC 4034 §3), so an owner's signatures are no
/// RRset of one TTL: each goes in with its own (RFC 8976 §3.3.1 digests records, not RRsets).
struct OwnerSignature {
    Bytes canonical;
    std::uint32_t ttl;
};

bool is_left_out(const SignedStretch& zone, std::size_t i) {
    return zone.rrsets[i].type == rr::zonemd && zone.is_at_apex(i);
}

void append_signatures(const SignedStretch& zone, std::size_t begin, std::size_t end, Bytes& out) {
    std::vector<OwnerSignature> signatures;
    for (std::size_t i = begin; i < end; ++i)
        if (!is_left_out(zone, i))
            zone.for_each_signature(i, [&](BytesView rdata) {
                auto& one = signatures.emplace_back(OwnerSignature{{}, zone.rrsets[i].ttl});
                append_canonical_rdata(rr::rrsig, rdata, one.canonical);
            });
    std::sort(signatures.begin(), signatures.end(),
              [](const auto& a, const auto& b) { return a.canonical < b.canonical; });
    for (const auto& one : signatures)
        append_rrset_to_sign(
            {zone.rrsets[begin].owner, rr::rrsig, one.ttl, false, nullptr, nullptr, one.canonical},
            out);
}

void append_owner(const SignedStretch& zone, std::size_t begin, std::size_t end, Bytes& out) {
    bool signatures_done = false;
    for (std::size_t i = begin; i < end; ++i) {
        if (!signatures_done && zone.rrsets[i].type > rr::rrsig) {
            append_signatures(zone, begin, end, out);
            signatures_done = true;
        }
        if (!is_left_out(zone, i))
            append_rrset_to_sign(zone.rrsets[i], out);
    }
    if (!signatures_done)
        append_signatures(zone, begin, end, out);
}

}  // namespace

Bytes zonemd_rdata(std::uint32_t serial, BytesView digest) {
    Bytes rdata;
    rdata.reserve(6 + digest.size());
    for (const int shift : {24, 16, 8, 0})
        rdata.push_back(static_cast<std::uint8_t>(serial >> shift));
    rdata.push_back(scheme_simple);
    rdata.push_back(hash_sha384);
    rdata.insert(rdata.end(), digest.begin(), digest.end());
    return rdata;
}

Bytes unfinished_zonemd_rdata(std::uint32_t serial) {
    return zonemd_rdata(serial, Bytes(sha384_size));
}

void append_zonemd_octets(const SignedStretch& stretch, Bytes& out) {
    const auto& rrsets = stretch.rrsets;
    for (std::size_t begin = 0; begin < rrsets.size();) {
        std::size_t end = begin + 1;
        while (end < rrsets.size() && same_name(rrsets[end].owner, rrsets[begin].owner))
            ++end;
        append_owner(stretch, begin, end, out);
        begin = end;
    }
}

}  // namespace kaspar::signer

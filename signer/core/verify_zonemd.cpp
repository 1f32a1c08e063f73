#include "signer/core/verify_zonemd.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace kaspar::signer::verification {

namespace {

constexpr std::uint8_t scheme_simple = 1;                 // RFC 8976 §2.2.2
constexpr std::uint8_t hash_sha384 = 1, hash_sha512 = 2;  // §2.2.3
constexpr std::size_t fixed = 6;                          // serial, scheme, hash algorithm

struct Zonemd {
    std::uint32_t serial;
    std::uint8_t scheme, hash;
    BytesView digest;
};

std::optional<Zonemd> read_zonemd(BytesView rdata) {
    constexpr std::size_t least_digest = 12;  // §2.2.4
    if (rdata.size() < fixed + least_digest)
        return std::nullopt;
    return Zonemd{read32(rdata, 0), rdata[4], rdata[5], rdata.subspan(fixed)};
}

// §3.3.1, §3.4.1.
bool is_digested(const NodeView& view, const RRset& rrset) {
    const bool zonemd = rrset.type == rr::zonemd || rrset.covered == rr::zonemd;
    return !(zonemd && view.is_apex);
}

std::uint32_t soa_serial(const Apex& apex) {
    const auto soa = apex.part->rdata(*apex.find(rr::soa), 0);
    return read32(soa, soa.size() - 20);
}

bool is_known(const Zonemd& zonemd) {
    return zonemd.scheme == scheme_simple &&
           (zonemd.hash == hash_sha384 || zonemd.hash == hash_sha512);
}

void inspect_record(SignedApex& at, const Zonemd& zonemd, const Bytes& digest) {
    if (const auto serial = soa_serial(at.apex); zonemd.serial != serial)
        at.problem(rr::zonemd,
                   fmt::format("its serial is {}, the SOA's is {}", zonemd.serial, serial));
    if (!is_known(zonemd))
        at.warning(rr::zonemd,
                   fmt::format("scheme {} with hash algorithm {} cannot be checked here",
                               zonemd.scheme, zonemd.hash));
    else if (!std::equal(digest.begin(), digest.end(), zonemd.digest.begin(), zonemd.digest.end()))
        at.problem(rr::zonemd, fmt::format("the digest (hash algorithm {}) is not that of the zone",
                                           zonemd.hash));
}

}  // namespace

// All the owner's records by type and canonical RDATA, RRSIGs not grouped by what they cover.
void DigestedOctets::append(const NodeView& view, Bytes& out) {
    records_.clear();
    for (const auto& rrset : view.rrsets)
        for (std::uint32_t i = 0; is_digested(view, rrset) && i < rrset.record_count; ++i)
            records_.add(rrset.type, rrset.ttl, view.zone.rdata(rrset, i));
    records_.sort();
    records_.write(view.owner, out);
}

ZoneDigest::ZoneDigest(const Apex& apex) {
    const auto* rrset = apex.find(rr::zonemd);
    for (std::uint32_t i = 0; rrset != nullptr && i < rrset->record_count; ++i) {
        const auto zonemd = read_zonemd(apex.part->rdata(*rrset, i));
        if (!zonemd || !is_known(*zonemd))
            continue;
        if (zonemd->hash == hash_sha384)
            sha384_ = Digest::sha384();
        else
            sha512_ = Digest::sha512();
    }
}

void ZoneDigest::add(BytesView octets) {
    for (auto* digest : {&sha384_, &sha512_})
        if (*digest)
            (*digest)->add(octets);
}

void ZoneDigest::inspect(SignedApex at) {
    const auto* rrset = at.apex.find(rr::zonemd);
    if (rrset == nullptr)
        return;
    const auto of_384 = sha384_ ? sha384_->finish() : Bytes();
    const auto of_512 = sha512_ ? sha512_->finish() : Bytes();
    std::map<std::pair<unsigned, unsigned>, unsigned> seen;
    for (std::uint32_t i = 0; i < rrset->record_count; ++i) {
        const auto zonemd = read_zonemd(at.apex.part->rdata(*rrset, i));
        if (!zonemd)
            at.problem(rr::zonemd, "malformed RDATA");
        else if (++seen[{zonemd->scheme, zonemd->hash}] > 1)
            at.problem(rr::zonemd,
                       "two records have the same scheme and hash algorithm (RFC 8976 §2.2)");
        else
            inspect_record(at, *zonemd, zonemd->hash == hash_sha384 ? of_384 : of_512);
    }
}

}  // namespace kaspar::signer::verification

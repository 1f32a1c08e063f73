// ZONEMD (RFC 8976): the digest over the whole zone.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/values/digest.h"
#include "signer/core/verify_context.h"

namespace kaspar::signer::verification {

namespace {

constexpr std::uint8_t scheme_simple = 1;                 // RFC 8976 §2.2.2
constexpr std::uint8_t hash_sha384 = 1, hash_sha512 = 2;  // §2.2.3
constexpr std::size_t fixed = 6;                          // serial, scheme, hash algorithm
constexpr std::uint16_t class_in = 1;

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
bool is_digested(const Context& context, const Node& node, const RRset& rrset) {
    const bool zonemd = rrset.type == rr::zonemd || rrset.covered == rr::zonemd;
    return !(zonemd && context.is_apex(node));
}

using SortedRecords = std::map<std::pair<std::uint16_t, Bytes>, std::uint32_t>;  // → TTL

// All the owner's records by type and canonical RDATA, RRSIGs not grouped by what they cover.
SortedRecords sorted_records(const Context& context, const Node& node) {
    SortedRecords sorted;
    for (const auto& rrset : context.zone.rrsets(node)) {
        if (!is_digested(context, node, rrset))
            continue;
        for (std::uint32_t i = 0; i < rrset.record_count; ++i) {
            Bytes rdata;
            append_canonical(rrset.type, context.zone.rdata(rrset, i), rdata);
            sorted.emplace(std::pair(rrset.type, std::move(rdata)), rrset.ttl);
        }
    }
    return sorted;
}

Bytes digested_octets(const Context& context) {
    Bytes octets;
    for (const auto& node : context.zone.nodes())
        for (const auto& [key, ttl] : sorted_records(context, node)) {
            append_lower(context.zone.owner(node), octets);
            append16(key.first, octets);
            append16(class_in, octets);
            append32(ttl, octets);
            append16(static_cast<std::uint16_t>(key.second.size()), octets);
            append(key.second, octets);
        }
    return octets;
}

std::uint32_t soa_serial(const Context& context) {
    const auto soa = context.zone.rdata(*context.at_apex(rr::soa), 0);
    return read32(soa, soa.size() - 20);
}

bool is_known(const Zonemd& zonemd) {
    return zonemd.scheme == scheme_simple &&
           (zonemd.hash == hash_sha384 || zonemd.hash == hash_sha512);
}

void inspect_digest(Context& context, const Zonemd& zonemd, const Bytes& octets) {
    const auto digest = zonemd.hash == hash_sha384 ? sha384(octets) : sha512(octets);
    if (!std::equal(digest.begin(), digest.end(), zonemd.digest.begin(), zonemd.digest.end()))
        context.problem(
            *context.apex, rr::zonemd,
            fmt::format("the digest (hash algorithm {}) is not that of the zone", zonemd.hash));
}

void inspect_record(Context& context, const Zonemd& zonemd, const Bytes& octets) {
    if (zonemd.serial != soa_serial(context))
        context.problem(
            *context.apex, rr::zonemd,
            fmt::format("its serial is {}, the SOA's is {}", zonemd.serial, soa_serial(context)));
    if (is_known(zonemd))
        inspect_digest(context, zonemd, octets);
    else
        context.warning(*context.apex, rr::zonemd,
                        fmt::format("scheme {} with hash algorithm {} cannot be checked here",
                                    zonemd.scheme, zonemd.hash));
}

}  // namespace

void inspect_zonemd(Context& context) {
    const auto* rrset = context.at_apex(rr::zonemd);
    if (rrset == nullptr)
        return;
    const auto octets = digested_octets(context);
    std::map<std::pair<unsigned, unsigned>, unsigned> seen;
    for (std::uint32_t i = 0; i < rrset->record_count; ++i) {
        const auto zonemd = read_zonemd(context.zone.rdata(*rrset, i));
        if (!zonemd)
            context.problem(*context.apex, rr::zonemd, "malformed RDATA");
        else if (++seen[{zonemd->scheme, zonemd->hash}] > 1)
            context.problem(*context.apex, rr::zonemd,
                            "two records have the same scheme and hash algorithm (RFC 8976 §2.2)");
        else
            inspect_record(context, *zonemd, octets);
    }
}

}  // namespace kaspar::signer::verification

// CDS and CDNSKEY, with which the child tells its parent which DS records it should have.
#include <fmt/format.h>

#include <algorithm>

#include "signer/core/verify_apex.h"

namespace kaspar::signer::verification {

namespace {

std::optional<Ds> ds_from(const Bytes& rdata) {
    if (rdata.size() < 5)
        return std::nullopt;
    return Ds{read16(rdata, 0), rdata[2], rdata[3], Bytes(rdata.begin() + 4, rdata.end())};
}

/// Whether the CDS is the digest of that DNSKEY; nullopt: its digest type is unknown here.
std::optional<bool> matches(const Apex& apex, const Ds& cds, const Bytes& dnskey) {
    const auto digest = digest_type_from_number(cds.digest_type);
    if (!digest)
        return std::nullopt;
    const auto parsed = Dnskey::from_rdata(dnskey);
    return parsed.ok() && make_ds(apex.request.zone.apex(), *parsed, *digest) == cds;
}

bool matches_one_of(const Apex& apex, const Ds& cds, const Rdatas& dnskeys) {
    return std::any_of(dnskeys.begin(), dnskeys.end(), [&](const Bytes& dnskey) {
        return matches(apex, cds, dnskey).value_or(true);
    });
}

// Kaspar's own double-DS rolls announce a key whose DNSKEY is to come; only the instruction can
// tell that from an error.
bool was_instructed(const Apex& apex) {
    return apex.request.expected.has_value();
}

/// The DNSKEYs that CDS and CDNSKEY may announce.
Rdatas announceable(const Apex& apex, Rdatas dnskeys) {
    for (const auto& key : apex.request.announced)
        dnskeys.insert(key.rdata());
    return dnskeys;
}

void inspect_cds_contents(SignedApex& at, const Rdatas& cds, const Rdatas& dnskeys) {
    for (const auto& rdata : cds) {
        const auto ds = ds_from(rdata);
        if (!ds)
            at.problem(rr::cds, "malformed RDATA");
        else if (!was_instructed(at.apex) && !matches_one_of(at.apex, *ds, dnskeys))
            at.problem(
                rr::cds,
                fmt::format("CDS with tag {} and digest type {} matches no DNSKEY in the zone",
                            ds->tag, ds->digest_type));
    }
}

void inspect_cdnskey_contents(SignedApex& at, const Rdatas& cdnskeys, const Rdatas& dnskeys) {
    for (const auto& rdata : cdnskeys) {
        if (rdata.size() < 5)
            at.problem(rr::cdnskey, "malformed RDATA");
        else if (!was_instructed(at.apex) && !dnskeys.contains(rdata))
            at.problem(rr::cdnskey, fmt::format("CDNSKEY with tag {} matches no DNSKEY in the zone",
                                                key_tag(rdata)));
    }
}

// RFC 7344 §4: published together, both say the same.
void inspect_agreement(SignedApex& at, const Rdatas& cds, const Rdatas& cdnskeys) {
    for (const auto& rdata : cds)
        if (const auto ds = ds_from(rdata); ds && !matches_one_of(at.apex, *ds, cdnskeys))
            at.problem(
                rr::cds,
                fmt::format("CDS with tag {} has no CDNSKEY beside it (RFC 7344 §4)", ds->tag));
    for (const auto& rdata : cdnskeys) {
        const auto told = [&](const Bytes& other) {
            const auto ds = ds_from(other);
            return ds && matches(at.apex, *ds, rdata).value_or(true);
        };
        if (std::none_of(cds.begin(), cds.end(), told))
            at.problem(rr::cdnskey,
                       fmt::format("CDNSKEY with tag {} has no CDS beside it (RFC 7344 §4)",
                                   key_tag(rdata)));
    }
}

// The parent must be left with a key that signs the DNSKEY RRset (RFC 7344 §4.1, "continuity").
void inspect_continuity(SignedApex& at, const Rdatas& cds, const Rdatas& cdnskeys) {
    if (!at.signers.dnskey)
        return;
    const auto announced = [&](const Key& key) {
        const auto rdata = Dnskey{key.flags, key.key}.rdata();
        return cdnskeys.contains(rdata) ||
               std::any_of(cds.begin(), cds.end(), [&](const Bytes& other) {
                   const auto ds = ds_from(other);
                   return ds && matches(at.apex, *ds, rdata).value_or(true);
               });
    };
    bool stays = false;
    for (std::size_t i = 0; i < at.apex.keys.size(); ++i)
        stays = stays || ((*at.signers.dnskey >> i & 1) != 0 && announced(at.apex.keys[i]));
    if (!stays)
        at.problem(cds.empty() ? rr::cdnskey : rr::cds,
                   "none of these keys signs the DNSKEY RRset: a parent that follows them would "
                   "break the zone (RFC 7344 §4.1)");
}

// RFC 7344 §4.1: signed with a key that the parent's DS stands for. Which these are the zone cannot
// tell, but they are among the signers of the DNSKEY RRset.
void inspect_signal_signer(SignedApex& at, std::uint16_t type) {
    const auto& signers = at.signers.of(type);
    if (!signers || !at.signers.dnskey)
        return;
    if (*signers != 0 && (*signers & *at.signers.dnskey) == 0)
        at.problem(type, "is not signed by a key that signs the DNSKEY RRset (RFC 7344 §4.1)");
}

bool inspect_deletion(SignedApex& at, const Rdatas& cds, const Rdatas& cdnskeys) {
    const bool by_cds = cds.contains(delete_cds()),
               by_cdnskey = cdnskeys.contains(delete_cdnskey());
    if (!by_cds && !by_cdnskey)
        return false;
    const bool alone = cds.size() <= 1 && cdnskeys.size() <= 1;
    const bool agreed = (by_cds || cds.empty()) && (by_cdnskey || cdnskeys.empty());
    if (!alone || !agreed)
        at.problem(by_cds ? rr::cds : rr::cdnskey,
                   "the delete request must stand alone (RFC 8078 §4)");
    return true;
}

}  // namespace

Bytes delete_cds() {
    return {0, 0, 0, 0, 0};
}

Bytes delete_cdnskey() {
    return {0, 0, 3, 0, 0};
}

void inspect_delegation_signals(SignedApex at) {
    const auto cds = rdatas_at_apex(at.apex, rr::cds);
    const auto cdnskeys = rdatas_at_apex(at.apex, rr::cdnskey);
    if (cds.empty() && cdnskeys.empty())
        return;
    inspect_signal_signer(at, rr::cds);
    inspect_signal_signer(at, rr::cdnskey);
    if (inspect_deletion(at, cds, cdnskeys))
        return;
    const auto dnskeys = rdatas_at_apex(at.apex, rr::dnskey);
    const Rdatas known = announceable(at.apex, dnskeys);
    inspect_cds_contents(at, cds, known);
    inspect_cdnskey_contents(at, cdnskeys, known);
    if (!cds.empty() && !cdnskeys.empty())
        inspect_agreement(at, cds, cdnskeys);
    inspect_continuity(at, cds, cdnskeys);
}

}  // namespace kaspar::signer::verification

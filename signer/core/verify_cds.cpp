// CDS and CDNSKEY, with which the child tells its parent which DS records it should have.
#include <fmt/format.h>

#include <algorithm>

#include "signer/core/verify_context.h"

namespace kaspar::signer::verification {

namespace {

std::optional<Ds> ds_from(const Bytes& rdata) {
    if (rdata.size() < 5)
        return std::nullopt;
    return Ds{read16(rdata, 0), rdata[2], rdata[3], Bytes(rdata.begin() + 4, rdata.end())};
}

/// Whether the CDS is the digest of that DNSKEY; nullopt: its digest type is unknown here.
std::optional<bool> matches(const Context& context, const Ds& cds, const Bytes& dnskey) {
    const auto digest = digest_type_from_number(cds.digest_type);
    if (!digest)
        return std::nullopt;
    const auto parsed = Dnskey::from_rdata(dnskey);
    return parsed.ok() && make_ds(context.zone.apex(), *parsed, *digest) == cds;
}

bool matches_one_of(const Context& context, const Ds& cds, const Rdatas& dnskeys) {
    return std::any_of(dnskeys.begin(), dnskeys.end(), [&](const Bytes& dnskey) {
        return matches(context, cds, dnskey).value_or(true);
    });
}

// Kaspar's own double-DS rolls announce a key whose DNSKEY is to come; only the instruction can
// tell that from an error.
bool was_instructed(const Context& context) {
    return context.request.expected.has_value();
}

void inspect_cds_contents(Context& context, const Rdatas& cds, const Rdatas& dnskeys) {
    for (const auto& rdata : cds) {
        const auto ds = ds_from(rdata);
        if (!ds)
            context.problem(*context.apex, rr::cds, "malformed RDATA");
        else if (!was_instructed(context) && !matches_one_of(context, *ds, dnskeys))
            context.problem(
                *context.apex, rr::cds,
                fmt::format("CDS with tag {} and digest type {} matches no DNSKEY in the zone",
                            ds->tag, ds->digest_type));
    }
}

void inspect_cdnskey_contents(Context& context, const Rdatas& cdnskeys, const Rdatas& dnskeys) {
    for (const auto& rdata : cdnskeys) {
        if (rdata.size() < 5)
            context.problem(*context.apex, rr::cdnskey, "malformed RDATA");
        else if (!was_instructed(context) && !dnskeys.contains(rdata))
            context.problem(
                *context.apex, rr::cdnskey,
                fmt::format("CDNSKEY with tag {} matches no DNSKEY in the zone", key_tag(rdata)));
    }
}

// RFC 7344 §4: published together, both say the same.
void inspect_agreement(Context& context, const Rdatas& cds, const Rdatas& cdnskeys) {
    for (const auto& rdata : cds)
        if (const auto ds = ds_from(rdata); ds && !matches_one_of(context, *ds, cdnskeys))
            context.problem(
                *context.apex, rr::cds,
                fmt::format("CDS with tag {} has no CDNSKEY beside it (RFC 7344 §4)", ds->tag));
    for (const auto& rdata : cdnskeys) {
        const auto told = [&](const Bytes& other) {
            const auto ds = ds_from(other);
            return ds && matches(context, *ds, rdata).value_or(true);
        };
        if (std::none_of(cds.begin(), cds.end(), told))
            context.problem(*context.apex, rr::cdnskey,
                            fmt::format("CDNSKEY with tag {} has no CDS beside it (RFC 7344 §4)",
                                        key_tag(rdata)));
    }
}

// The parent must be left with a key that signs the DNSKEY RRset (RFC 7344 §4.1, "continuity").
void inspect_continuity(Context& context, const Rdatas& cds, const Rdatas& cdnskeys) {
    const auto* signed_dnskeys = signed_at_apex(context, rr::dnskey);
    if (signed_dnskeys == nullptr)
        return;
    const auto announced = [&](const Key* key) {
        const auto rdata = Dnskey{key->flags, key->key}.rdata();
        return cdnskeys.contains(rdata) ||
               std::any_of(cds.begin(), cds.end(), [&](const Bytes& other) {
                   const auto ds = ds_from(other);
                   return ds && matches(context, *ds, rdata).value_or(true);
               });
    };
    const auto signers = signers_of(context, *signed_dnskeys);
    if (std::none_of(signers.begin(), signers.end(), announced))
        context.problem(
            *context.apex, cds.empty() ? rr::cdnskey : rr::cds,
            "none of these keys signs the DNSKEY RRset: a parent that follows them would "
            "break the zone (RFC 7344 §4.1)");
}

// RFC 7344 §4.1: signed with a key that the parent's DS stands for. Which these are the zone cannot
// tell, but they are among the signers of the DNSKEY RRset.
void inspect_signal_signer(Context& context, std::uint16_t type) {
    const auto* signal = signed_at_apex(context, type);
    const auto* dnskeys = signed_at_apex(context, rr::dnskey);
    if (signal == nullptr || dnskeys == nullptr)
        return;
    const auto ksks = signers_of(context, *dnskeys);
    const auto signers = signers_of(context, *signal);
    const auto is_ksk = [&](const Key* key) {
        return std::find(ksks.begin(), ksks.end(), key) != ksks.end();
    };
    if (!signers.empty() && std::none_of(signers.begin(), signers.end(), is_ksk))
        context.problem(*context.apex, type,
                        "is not signed by a key that signs the DNSKEY RRset (RFC 7344 §4.1)");
}

bool inspect_deletion(Context& context, const Rdatas& cds, const Rdatas& cdnskeys) {
    const bool by_cds = cds.contains(delete_cds()),
               by_cdnskey = cdnskeys.contains(delete_cdnskey());
    if (!by_cds && !by_cdnskey)
        return false;
    const bool alone = cds.size() <= 1 && cdnskeys.size() <= 1;
    const bool agreed = (by_cds || cds.empty()) && (by_cdnskey || cdnskeys.empty());
    if (!alone || !agreed)
        context.problem(*context.apex, by_cds ? rr::cds : rr::cdnskey,
                        "the delete request must stand alone (RFC 8078 §4)");
    return true;
}

}  // namespace

Rdatas rdatas_at_apex(const Context& context, std::uint16_t type) {
    Rdatas rdatas;
    if (const auto* rrset = context.at_apex(type))
        for (std::uint32_t i = 0; i < rrset->record_count; ++i) {
            const auto rdata = context.zone.rdata(*rrset, i);
            rdatas.emplace(rdata.begin(), rdata.end());
        }
    return rdatas;
}

Bytes delete_cds() {
    return {0, 0, 0, 0, 0};
}

Bytes delete_cdnskey() {
    return {0, 0, 3, 0, 0};
}

void inspect_delegation_signals(Context& context) {
    const auto cds = rdatas_at_apex(context, rr::cds);
    const auto cdnskeys = rdatas_at_apex(context, rr::cdnskey);
    if (cds.empty() && cdnskeys.empty())
        return;
    inspect_signal_signer(context, rr::cds);
    inspect_signal_signer(context, rr::cdnskey);
    if (inspect_deletion(context, cds, cdnskeys))
        return;
    const auto dnskeys = rdatas_at_apex(context, rr::dnskey);
    inspect_cds_contents(context, cds, dnskeys);
    inspect_cdnskey_contents(context, cdnskeys, dnskeys);
    if (!cds.empty() && !cdnskeys.empty())
        inspect_agreement(context, cds, cdnskeys);
    inspect_continuity(context, cds, cdnskeys);
}

}  // namespace kaspar::signer::verification

// The zone as a zone: types that exclude or need each other, and what a DNAME hides.
#include <fmt/format.h>

#include "signer/core/verify_node.h"

namespace kaspar::signer::verification {

namespace {

/// CDS and CDNSKEY also stand at signalling names (RFC 9615 §2).
bool belongs_to_apex(std::uint16_t type) {
    return type == rr::soa || type == rr::dnskey || type == rr::nsec3param;
}

bool is_single(std::uint16_t type) {
    return type == rr::cname || type == rr::dname || type == rr::nsec || type == rr::nsec3;
}

void inspect_rrset(const NodeView& view, const RRset& rrset, Findings& findings) {
    if (rrset.ttls_differed)
        findings.problem(view.owner, rrset.type == rr::rrsig ? rrset.covered : rrset.type,
                         rrset.type == rr::rrsig
                             ? "the TTLs of the signatures over this RRset differ"
                             : "the TTLs within the RRset differ (RFC 2181 §5.2)");
    if (belongs_to_apex(rrset.type) && !view.is_apex)
        findings.problem(view.owner, rrset.type, "may be at the zone's apex only");
    if (rrset.record_count > 1 && is_single(rrset.type))
        findings.problem(view.owner, rrset.type,
                         fmt::format("there are {} records, and must be one", rrset.record_count));
    if (rrset.type == rr::ds && view.standing == Standing::authoritative)
        findings.problem(view.owner, rr::ds, "DS where there is no delegation (RFC 4035 §2.4)");
}

// RFC 1034 §3.6.2, RFC 4035 §2.5.
void inspect_cname(const NodeView& view, Findings& findings) {
    for (const auto& rrset : view.rrsets) {
        const bool may_stand_beside = rrset.type == rr::cname || rrset.type == rr::rrsig ||
                                      rrset.type == rr::nsec || rrset.type == rr::nsec3;
        if (!may_stand_beside)
            findings.problem(view.owner, rr::cname,
                             "CNAME and other data: " + type_text(rrset.type));
    }
}

bool is_denial_or_signature(std::uint16_t type) {
    return type == rr::rrsig || type == rr::nsec || type == rr::nsec3 || type == rr::nsec3param ||
           type == rr::cds || type == rr::cdnskey;
}

}  // namespace

void inspect_data(const NodeView& view, Findings& findings) {
    for (const auto& rrset : view.rrsets)
        inspect_rrset(view, rrset, findings);
    if (!view.below_dname.empty())
        findings.warning(
            view.owner, view.rrsets[0].type,
            fmt::format("below the DNAME at {}, so it can never be answered (RFC 6672 §2.4)",
                        name_text(view.below_dname)));
    if (view.has_cname && view.standing != Standing::occluded)
        inspect_cname(view, findings);
}

void refuse_dnssec_records(const NodeView& view, Findings& findings) {
    for (const auto& rrset : view.rrsets)
        if (is_denial_or_signature(rrset.type))
            findings.problem(view.owner, rrset.type,
                             "the zone has no DNSKEY, so this must not be there");
}

}  // namespace kaspar::signer::verification

// The zone as a zone: SOA, delegations and what they hide, types that exclude or need each other.
#include <fmt/format.h>

#include <algorithm>

#include "signer/core/verify_context.h"

namespace kaspar::signer::verification {

namespace {

// RFC 1035 §3.3.13: five 32-bit numbers at the end; MINIMUM is the last.
constexpr std::size_t soa_numbers = 20;

bool is_nsec3_only(const Context& context, const Node& node) {
    const auto rrsets = context.zone.rrsets(node);
    return std::all_of(rrsets.begin(), rrsets.end(), [](const RRset& rrset) {
        return rrset.type == rr::nsec3 || rrset.covered == rr::nsec3;
    });
}

// Walks the names in canonical order, in which everything below a name follows it at once.
void find_standings(Context& context) {
    const auto nodes = context.zone.nodes();
    context.standings.reserve(nodes.size());
    const Node* cut = nullptr;
    for (const auto& node : nodes) {
        const auto owner = context.zone.owner(node);
        if (is_nsec3_only(context, node)) {
            context.standings.push_back(Standing::hash);
        } else if (cut != nullptr && is_within(owner, context.zone.owner(*cut))) {
            context.standings.push_back(Standing::occluded);
        } else {
            const bool delegated =
                !context.is_apex(node) && context.zone.find(node, rr::ns) != nullptr;
            const bool cuts = delegated || context.zone.find(node, rr::dname) != nullptr;
            cut = cuts ? &node : nullptr;
            context.standings.push_back(delegated ? Standing::delegation : Standing::authoritative);
        }
    }
}

void inspect_order(Context& context) {
    const auto nodes = context.zone.nodes();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto owner = context.zone.owner(nodes[i]);
        if (!is_within(owner, context.zone.apex().wire()))
            context.problem(nodes[i], context.zone.rrsets(nodes[i])[0].type,
                            "is not within the zone " + context.zone.apex().text());
        if (i > 0 && compare_names(context.zone.owner(nodes[i - 1]), owner) >= 0)
            context.problem(nodes[i], context.zone.rrsets(nodes[i])[0].type,
                            "the names are not in canonical order: this is an error in Kaspar");
    }
}

bool inspect_soa(Context& context) {
    const auto* soa = context.apex != nullptr ? context.at_apex(rr::soa) : nullptr;
    if (soa == nullptr) {
        context.problem(context.zone.apex().wire(), rr::soa, "there is no SOA record at the apex");
        return false;
    }
    if (soa->record_count > 1)
        context.problem(
            *context.apex, rr::soa,
            fmt::format("there are {} SOA records, and must be one", soa->record_count));
    const auto rdata = context.zone.rdata(*soa, 0);
    if (rdata.size() < soa_numbers + 2) {
        context.problem(*context.apex, rr::soa, "malformed RDATA");
        return false;
    }
    context.negative_ttl = std::min(soa->ttl, read32(rdata, rdata.size() - 4));
    if (context.at_apex(rr::ns) == nullptr)
        context.problem(*context.apex, rr::ns, "there are no NS records at the apex");
    return true;
}

bool belongs_to_apex(std::uint16_t type) {
    return type == rr::soa || type == rr::dnskey || type == rr::nsec3param || type == rr::cds ||
           type == rr::cdnskey;
}

bool is_single(std::uint16_t type) {
    return type == rr::cname || type == rr::dname || type == rr::nsec || type == rr::nsec3;
}

void inspect_rrset(Context& context, const Node& node, const RRset& rrset) {
    if (rrset.ttls_differed)
        context.problem(node, rrset.type == rr::rrsig ? rrset.covered : rrset.type,
                        rrset.type == rr::rrsig
                            ? "the TTLs of the signatures over this RRset differ"
                            : "the TTLs within the RRset differ (RFC 2181 §5.2)");
    if (belongs_to_apex(rrset.type) && !context.is_apex(node))
        context.problem(node, rrset.type, "may be at the zone's apex only");
    if (is_single(rrset.type) && rrset.record_count > 1)
        context.problem(node, rrset.type,
                        fmt::format("there are {} records, and must be one", rrset.record_count));
    if (rrset.type == rr::ds && context.standing(node) == Standing::authoritative)
        context.problem(node, rr::ds, "DS where there is no delegation (RFC 4035 §2.4)");
}

// RFC 1034 §3.6.2, RFC 4035 §2.5.
void inspect_cname(Context& context, const Node& node) {
    if (context.zone.find(node, rr::cname) == nullptr)
        return;
    for (const auto& rrset : context.zone.rrsets(node)) {
        const bool may_stand_beside = rrset.type == rr::cname || rrset.type == rr::rrsig ||
                                      rrset.type == rr::nsec || rrset.type == rr::nsec3;
        if (!may_stand_beside)
            context.problem(node, rr::cname, "CNAME and other data: " + type_text(rrset.type));
    }
}

void warn_below_dname(Context& context, const Node& dname) {
    const auto at = context.index(dname) + 1;
    const auto nodes = context.zone.nodes();
    for (auto i = at; i < nodes.size() && context.standings[i] == Standing::occluded; ++i)
        context.warning(
            nodes[i], context.zone.rrsets(nodes[i])[0].type,
            fmt::format("below the DNAME at {}, so it can never be answered (RFC 6672 §2.4)",
                        name_text(context.zone.owner(dname))));
}

void inspect_node(Context& context, const Node& node) {
    for (const auto& rrset : context.zone.rrsets(node))
        inspect_rrset(context, node, rrset);
    if (context.standing(node) == Standing::occluded)
        return;
    inspect_cname(context, node);
    if (context.standing(node) == Standing::authoritative &&
        context.zone.find(node, rr::dname) != nullptr)
        warn_below_dname(context, node);
}

}  // namespace

bool inspect_data(Context& context) {
    if (!inspect_soa(context))
        return false;
    inspect_order(context);
    find_standings(context);
    for (const auto& node : context.zone.nodes())
        inspect_node(context, node);
    const auto counted = [](Standing standing) {
        return standing == Standing::authoritative || standing == Standing::delegation;
    };
    context.result.names =
        std::count_if(context.standings.begin(), context.standings.end(), counted);
    return true;
}

}  // namespace kaspar::signer::verification

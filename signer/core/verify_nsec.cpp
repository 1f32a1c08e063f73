// The denial chain: which kind, and NSEC (RFC 4034 §4, RFC 4035 §2.3).
#include <fmt/format.h>

#include <algorithm>

#include "signer/core/verify_context.h"

namespace kaspar::signer::verification {

namespace {

bool has_denial_name(const Context& context, const Node& node) {
    const auto standing = context.standing(node);
    return standing == Standing::authoritative || standing == Standing::delegation;
}

void inspect_nsec_ttl(Context& context, const Node& node, const RRset& nsec) {
    if (nsec.ttl != context.negative_ttl)
        context.problem(
            node, rr::nsec,
            fmt::format("its TTL is {}, and must be {}: the lesser of the SOA's TTL and its "
                        "minimum (RFC 9077)",
                        nsec.ttl, context.negative_ttl));
}

TypeSet nsec_types(const Context& context, const Node& node) {
    auto types = denied_types(context, node);
    types.insert(types.end(), {rr::rrsig, rr::nsec});
    std::sort(types.begin(), types.end());
    return types;
}

void inspect_record(Context& context, const Node& node, const RRset& nsec, BytesView next) {
    inspect_nsec_ttl(context, node, nsec);
    const auto record = read_nsec(context.zone.rdata(nsec, 0));
    if (!record)
        return context.problem(node, rr::nsec, "malformed RDATA");
    if (!same_name(record->next, next))
        context.problem(node, rr::nsec,
                        fmt::format("its next name is {}, and must be {}: the chain is broken",
                                    name_text(record->next), name_text(next)));
    if (auto words = bitmap_difference(record->types, nsec_types(context, node)); !words.empty())
        context.problem(node, rr::nsec, std::move(words));
}

void inspect_link(Context& context, const Node& node, BytesView next) {
    const auto* nsec = context.zone.find(node, rr::nsec);
    if (nsec == nullptr)
        context.problem(node, rr::nsec, "has no NSEC record");
    else
        inspect_record(context, node, *nsec, next);
}

void inspect_chain(Context& context) {
    const Node* last = nullptr;
    for (const auto& node : context.zone.nodes()) {
        if (!has_denial_name(context, node))
            continue;
        if (last != nullptr)
            inspect_link(context, *last, context.zone.owner(node));
        last = &node;
    }
    inspect_link(context, *last, context.zone.apex().wire());
}

void refuse(Context& context, std::uint16_t type, const char* words) {
    for (const auto& node : context.zone.nodes())
        if (context.zone.find(node, type) != nullptr)
            context.problem(node, type, words);
}

void refuse_hidden_nsec(Context& context) {
    for (const auto& node : context.zone.nodes())
        if (context.standing(node) == Standing::occluded &&
            context.zone.find(node, rr::nsec) != nullptr)
            context.problem(
                node, rr::nsec,
                "an NSEC record at glue or at a name hidden below a delegation or DNAME "
                "(RFC 4035 §2.3)");
}

void count_records(Context& context) {
    for (const auto& node : context.zone.nodes())
        for (const auto& rrset : context.zone.rrsets(node)) {
            if (rrset.type == rr::nsec)
                context.result.nsec_records += rrset.record_count;
            if (rrset.type == rr::nsec3)
                context.result.nsec3_records += rrset.record_count;
        }
}

}  // namespace

TypeSet denied_types(const Context& context, const Node& node) {
    const bool delegation = context.standing(node) == Standing::delegation;
    TypeSet types;
    for (const auto& rrset : context.zone.rrsets(node)) {
        const bool denial =
            rrset.type == rr::rrsig || rrset.type == rr::nsec || rrset.type == rr::nsec3;
        const bool own = !delegation || rrset.type == rr::ns || rrset.type == rr::ds;
        if (!denial && own)
            types.push_back(rrset.type);
    }
    return types;
}

std::string bitmap_difference(const TypeSet& said, const TypeSet& there) {
    TypeSet missing, surplus;
    std::set_difference(there.begin(), there.end(), said.begin(), said.end(),
                        std::back_inserter(missing));
    std::set_difference(said.begin(), said.end(), there.begin(), there.end(),
                        std::back_inserter(surplus));
    std::string words;
    if (!missing.empty())
        words = "its type bitmap lacks " + types_text(missing);
    if (!surplus.empty())
        words += fmt::format("{}its type bitmap names {}, which the name does not have",
                             words.empty() ? "" : "; ", types_text(surplus));
    return words;
}

void inspect_nsec(Context& context) {
    inspect_chain(context);
    refuse_hidden_nsec(context);
    refuse(context, rr::nsec3, "an NSEC3 record in a zone with an NSEC chain");
}

void inspect_denial(Context& context) {
    count_records(context);
    const bool any_nsec = context.result.nsec_records > 0;
    const bool any_nsec3 = context.result.nsec3_records > 0;
    const bool apex_nsec = context.at_apex(rr::nsec) != nullptr;
    if (!any_nsec && !any_nsec3)
        context.problem(*context.apex, rr::nsec,
                        "there are neither NSEC nor NSEC3 records: nothing proves what is absent");
    else if (context.at_apex(rr::nsec3param) != nullptr || (any_nsec3 && !apex_nsec))
        inspect_nsec3(context);
    else
        inspect_nsec(context);
}

}  // namespace kaspar::signer::verification

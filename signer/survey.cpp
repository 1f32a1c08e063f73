#include "signer/survey.h"

#include <optional>

#include "signer/core/node_cursor.h"
#include "signer/core/ordered_work.h"

namespace kaspar::signer {

namespace {

/// RRsets and signatures, counted on both sides. An RRset that is the same is counted in all.
struct Counts {
    std::uint64_t rrsets = 0, data_rrsets = 0, signatures = 0;
};

Counts count(const Zone& last, std::span<const Node> nodes, bool has_apex) {
    Counts counts;
    for (const auto& node : nodes)
        for (const auto& rrset : last.rrsets(node)) {
            if (rrset.type == rr::rrsig) {
                counts.signatures += rrset.record_count;
                continue;
            }
            ++counts.rrsets;
            const bool at_apex = has_apex && &node == nodes.data();
            counts.data_rrsets += is_made_by_signer(rrset.type, at_apex) ? 0 : 1;
        }
    return counts;
}

Survey compare(const SignedStretch& stretch, const SigningRules& rules, const Zone& last,
               std::span<const Node> nodes) {
    Counts ours, same;
    bool stands = true;
    NodeCursor cursor(&last);
    Decision decision;
    for (std::size_t i = 0; i < stretch.rrsets.size(); ++i) {
        const auto& rrset = stretch.rrsets[i];
        decide(rrset, rules, &last, cursor.find(rrset.owner), decision);
        const bool is_data = !is_made_by_signer(rrset.type, stretch.is_at_apex(i));
        ++ours.rrsets;
        ours.data_rrsets += is_data ? 1 : 0;
        same.rrsets += decision.same_rrset ? 1 : 0;
        same.data_rrsets += decision.same_rrset && is_data ? 1 : 0;
        same.signatures += decision.standing.size();
        stands = stands && decision.nothing_to_do();
    }
    const auto theirs = count(last, nodes, stretch.has_apex);
    const auto differs = [](auto all, auto ours_now, auto last_time) {
        return all != ours_now || all != last_time;
    };
    return {differs(same.data_rrsets, ours.data_rrsets, theirs.data_rrsets),
            differs(same.rrsets, ours.rrsets, theirs.rrsets),
            !stands || same.signatures != theirs.signatures};
}

Result<Survey> look_at(const Assembly& assembly, std::size_t index, const SigningRules& rules,
                       const ZoneByOwner& last) {
    const auto first = assembly.first_owner(index), end = assembly.first_owner(index + 1);
    KASPAR_TRY(const auto zone, last.between(first, end));
    return compare(assembly.stretch(index), rules, *zone, nodes_between(*zone, first, end));
}

/// As if the serial stayed: the SOA and ZONEMD records of the last output.
Outcome take_last_serial(Assembly& assembly, const ZoneByOwner& last) {
    KASPAR_TRY(const auto zone, last.between(assembly.first_owner(0), assembly.first_owner(1)));
    assembly.set_serial(zone_serial(*zone));
    const auto* zonemd = zone->find(zone->nodes().front(), rr::zonemd);
    if (zonemd != nullptr && assembly.has_zonemd())
        assembly.set_zonemd(zone->rdata(*zonemd, 0));
    return Done{};
}

}  // namespace

Result<Survey> survey(Assembly& assembly, const SigningRules& rules, const ZoneByOwner& last,
                      unsigned threads) {
    KASPAR_CHECK(take_last_serial(assembly, last));
    Survey all;
    std::optional<Fault> fault;
    in_order(
        assembly.stretch_count(), threads,
        [&](std::size_t index, unsigned) { return look_at(assembly, index, rules, last); },
        [&](std::size_t, Result<Survey> one) {
            if (!one.ok()) {
                fault = std::move(one).fault();
                return false;
            }
            all = {all.data || one->data, all.records || one->records,
                   all.signatures || one->signatures};
            return !all.data;
        });
    if (fault)
        return *std::move(fault);
    return all;
}

}  // namespace kaspar::signer

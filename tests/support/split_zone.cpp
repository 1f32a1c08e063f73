#include "tests/support/split_zone.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "signer/core/name_order.h"
#include "tests/support/catch.h"

namespace kaspar::test {

using namespace signer;

namespace {

// A record that is there twice keeps the lower TTL, and the zone knows that they differed.
void add_node(ZoneBuilder& builder, const Zone& zone, const Node& node) {
    for (const auto& rrset : zone.rrsets(node)) {
        if (rrset.ttls_differed)
            builder.add(zone.owner(node), rrset.type, rrset.ttl + 1, zone.rdata(rrset, 0),
                        rrset.origin);
        for (std::uint32_t i = 0; i < rrset.record_count; ++i)
            builder.add(zone.owner(node), rrset.type, rrset.ttl, zone.rdata(rrset, i),
                        rrset.origin);
    }
}

std::shared_ptr<const Zone> stretch(const Zone& zone, std::size_t first, std::size_t end) {
    ZoneBuilder builder(zone.apex());
    for (auto i = first; i < end; ++i)
        add_node(builder, zone, zone.nodes()[i]);
    return std::make_shared<const Zone>(builder.build());
}

bool is_below(BytesView name, BytesView above) {
    while (name.size() > above.size())
        name = name.subspan(name[0] + 1u);
    return same_name(name, above);
}

}  // namespace

SplitZone::SplitZone(const Zone& zone, const std::vector<std::size_t>& starts)
    : apex_(zone.apex()) {
    std::size_t first = 0;
    for (const auto start : starts) {
        parts_.push_back(stretch(zone, first, start));
        first = start;
    }
    parts_.push_back(stretch(zone, first, zone.nodes().size()));
}

SplitZone SplitZone::at_owners(const Zone& zone, const std::vector<std::string>& owners) {
    std::vector<std::size_t> starts;
    for (const auto& owner : owners) {
        const auto name = Name::from_text(owner + "." + zone.apex().text()).value();
        const auto* node = zone.find(name.wire());
        REQUIRE(node != nullptr);
        starts.push_back(static_cast<std::size_t>(node - zone.nodes().data()));
    }
    return SplitZone(zone, starts);
}

Result<std::shared_ptr<const Zone>> SplitZone::part(std::size_t index) const {
    if (parts_[index] == nullptr)
        return Fault{FaultClass::io, "the part was lost"};
    return parts_[index];
}

Result<std::shared_ptr<const Zone>> SplitZone::between(BytesView first, BytesView end) const {
    ZoneBuilder builder(apex_);
    for (const auto& part : parts_) {
        if (part == nullptr)
            return Fault{FaultClass::io, "the part was lost"};
        for (const auto& node : part->nodes()) {
            const auto owner = part->owner(node);
            if (compare_names(owner, first) >= 0 && (end.empty() || compare_names(owner, end) < 0))
                add_node(builder, *part, node);
        }
    }
    return std::make_shared<const Zone>(builder.build());
}

std::vector<std::size_t> lawful_starts(const Zone& zone) {
    std::vector<std::size_t> starts;
    BytesView cut;
    for (std::size_t i = 0; i < zone.nodes().size(); ++i) {
        const auto& node = zone.nodes()[i];
        const auto owner = zone.owner(node);
        if (!cut.empty() && is_below(owner, cut))
            continue;
        if (i > 0)
            starts.push_back(i);
        const bool cuts =
            (i > 0 && zone.find(node, rr::ns) != nullptr) || zone.find(node, rr::dname) != nullptr;
        cut = cuts ? owner : BytesView();
    }
    return starts;
}

std::string told(const VerificationResult& result) {
    std::string text;
    for (const auto* list : {&result.problems, &result.warnings})
        for (const auto& problem : *list)
            text += fmt::format("{} {}: {}\n", problem.owner, problem.type, problem.words);
    text += fmt::format(
        "problems {}, warnings {}, secure {}, names {}, records {}, rrsets {}, signatures {}, "
        "checked {}, nsec {}, nsec3 {}\n",
        result.problem_count, result.warning_count, result.secure, result.names, result.records,
        result.rrsets, result.signatures, result.signatures_checked, result.nsec_records,
        result.nsec3_records);
    for (const auto& time : {result.first_expiry, result.first_dnskey_expiry})
        text += fmt::format("{}\n", time ? to_rfc3339(*time) : "never");
    text += fmt::format("signers of DNSKEY: {}\n", fmt::join(result.dnskey_signers, " "));
    for (const auto& set : result.data_signers)
        text += fmt::format("{} by {}\n", set.rrsets, fmt::join(set.keys, " "));
    return text + fmt::format("{} algorithms\n", result.algorithms.size());
}

VerificationResult verified(const VerificationRequest& request) {
    auto result = verify(request);
    REQUIRE(result.ok());
    return std::move(result).value();
}

}  // namespace kaspar::test

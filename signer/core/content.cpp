#include "signer/core/content.h"

#include <algorithm>

namespace kaspar::signer {

namespace {

bool is_replaced(std::span<const RRsetView> additions, std::uint16_t type) {
    return std::any_of(additions.begin(), additions.end(),
                       [&](const RRsetView& addition) { return addition.type == type; });
}

void list_apex(const Zone& input, const Node& apex, std::span<const RRsetView> additions,
               Content& content) {
    const auto owner = input.owner(apex);
    for (const auto& rrset : input.rrsets(apex))
        if (!is_made_by_signer(rrset.type, true) && !is_replaced(additions, rrset.type))
            content.rrsets.push_back({owner, rrset.type, rrset.ttl, true, &input, &rrset, {}});
    for (auto addition : additions) {
        addition.owner = owner;
        addition.is_signed = true;
        content.rrsets.push_back(addition);
    }
    std::sort(content.rrsets.begin(), content.rrsets.end(),
              [](const RRsetView& a, const RRsetView& b) { return a.type < b.type; });
    content.nodes.push_back(
        {owner, 0, static_cast<std::uint32_t>(content.rrsets.size()), NodeKind::apex});
}

void list_node(const Zone& input, const Node& node, NodeKind kind, Content& content) {
    const auto owner = input.owner(node);
    const auto first = static_cast<std::uint32_t>(content.rrsets.size());
    for (const auto& rrset : input.rrsets(node))
        if (!is_made_by_signer(rrset.type, false))
            content.rrsets.push_back(
                {owner, rrset.type, rrset.ttl, is_signed(kind, rrset.type), &input, &rrset, {}});
    const auto count = static_cast<std::uint32_t>(content.rrsets.size()) - first;
    if (count > 0)
        content.nodes.push_back({owner, first, count, kind});
}

}  // namespace

bool is_made_by_signer(std::uint16_t type, bool at_apex) {
    switch (type) {
        case rr::rrsig:
        case rr::nsec:
        case rr::nsec3:
            return true;
        case rr::dnskey:
        case rr::cds:
        case rr::cdnskey:
        case rr::nsec3param:
        case rr::zonemd:
            return at_apex;
        default:
            return false;
    }
}

bool is_published(const Zone& input, const Node& node) {
    const auto rrsets = input.rrsets(node);
    return std::any_of(rrsets.begin(), rrsets.end(),
                       [](const RRset& rrset) { return !is_made_by_signer(rrset.type, false); });
}

void list_content(const Zone& input, Stretch stretch, std::span<const RRsetView> additions,
                  Content& content) {
    content.nodes.clear();
    content.rrsets.clear();
    CutWalk walk(input);
    for (auto i = stretch.first; i < stretch.end; ++i) {
        const auto& node = input.nodes()[i];
        const auto kind = walk.next(node);
        if (i == 0)
            list_apex(input, node, additions, content);
        else
            list_node(input, node, kind, content);
    }
}

}  // namespace kaspar::signer

// What a signed zone will hold before denial and signatures: the input's RRsets without its DNSSEC
// records, and what Kaspar adds at the apex. Views only; the records stay where they are. The order
// is the canonical one of zone.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/values/bytes.h"
#include "signer/core/cuts.h"
#include "signer/core/stretches.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

/// One RRset, wherever its records lie.
struct RRsetView {
    BytesView owner;  ///< wire format, in the case it was written in
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;
    bool is_signed = false;      ///< authoritative: it gets RRSIGs (RFC 4035 §2.2)
    const Zone* zone = nullptr;  ///< holds the records of `rrset`, or
    const RRset* rrset = nullptr;
    BytesView single;  ///< the RDATA of the only record, if there is no zone

    std::uint32_t size() const { return zone == nullptr ? 1 : rrset->record_count; }
    BytesView rdata(std::uint32_t i) const {
        return zone == nullptr ? single : zone->rdata(*rrset, i);
    }
};

struct ContentNode {
    BytesView owner;
    std::uint32_t first_rrset, rrset_count;
    NodeKind kind;
};

struct Content {
    std::vector<ContentNode> nodes;
    std::vector<RRsetView> rrsets;

    std::span<const RRsetView> rrsets_of(const ContentNode& node) const {
        return std::span(rrsets).subspan(node.first_rrset, node.rrset_count);
    }
};

/// True for the types that the signer makes itself and never takes from an input: RRSIG, NSEC,
/// NSEC3 everywhere; at the apex also DNSKEY, CDS, CDNSKEY, NSEC3PARAM and ZONEMD.
bool is_made_by_signer(std::uint16_t type, bool at_apex);

/// True if a node below the apex has records that are not made by the signer.
bool is_published(const Zone& input, const Node& node);

/// Lists a stretch of `input` without such records, and with `additions` at the apex, if that is in
/// it. An addition replaces the input's RRset of its type. All that the views point to must outlive
/// the content, which is overwritten (its memory is used again). The input has an apex node.
void list_content(const Zone& input, Stretch stretch, std::span<const RRsetView> additions,
                  Content& content);

}  // namespace kaspar::signer

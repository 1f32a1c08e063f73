// A zone about to be published: its RRsets in canonical order, denial included, and the signatures
// of each. Views and a few large blocks; nothing is allocated per RRset. Owns what Kaspar adds:
// SOA, DNSKEY and the like at the apex, the denial chain, the signatures.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "signer/core/content.h"
#include "signer/core/denial.h"

namespace kaspar::signer {

/// Where an RRset's signatures lie: `count` RRSIG RDATAs in a block, each after its 16-bit size.
struct SignatureSpot {
    std::uint32_t block = 0, at = 0;
    std::uint16_t count = 0;
};

/// Appends one RRSIG RDATA to a block.
void append_signature(BytesView rdata, Bytes& block);

struct SignedZone {
    std::vector<RRsetView> rrsets;
    std::vector<SignatureSpot> spots;  ///< one for each RRset
    std::vector<Bytes> blocks;

    /// Calls f(RRSIG RDATA) for each signature of the i-th RRset.
    template <typename F>
    void for_each_signature(std::size_t i, F&& f) const {
        const auto& spot = spots[i];
        BytesView block =
            spot.count == 0 ? BytesView() : BytesView(blocks[spot.block]).subspan(spot.at);
        for (unsigned n = 0; n < spot.count; ++n) {
            const std::size_t size = std::size_t{block[0]} << 8 | block[1];
            f(block.subspan(2, size));
            block = block.subspan(2 + size);
        }
    }

    /// Index of the apex RRset of that type. It must be there.
    std::size_t apex_index(std::uint16_t type) const;
};

/// The RRsets of content and denial chain in canonical order, without signatures. `chain` may be
/// nullptr (an unsigned zone).
SignedZone merge(const Content& content, const DenialChain* chain);

}  // namespace kaspar::signer

// A stretch of a zone about to be published: its RRsets in canonical order, denial included, and
// the signatures of each. Views and a few blocks; nothing is allocated per RRset. Owns the denial
// records and the signatures.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "signer/core/content.h"
#include "signer/core/denial.h"

namespace kaspar::signer {

/// Where an RRset's signatures lie: `count` RRSIG RDATAs, each after its 16-bit size.
struct SignatureSpot {
    std::size_t at = 0;
    std::uint16_t count = 0;
};

/// Appends one RRSIG RDATA to a block.
void append_signature(BytesView rdata, Bytes& block);

struct SignedStretch {
    DenialChain chain;
    std::vector<RRsetView> rrsets;
    std::vector<SignatureSpot> spots;  ///< one for each RRset
    Bytes signatures;
    bool has_apex = false;  ///< it is the zone's first: the apex comes first

    bool is_at_apex(std::size_t i) const {
        return has_apex && rrsets[i].owner.data() == rrsets[0].owner.data();
    }

    /// Calls f(RRSIG RDATA) for each signature of the i-th RRset.
    template <typename F>
    void for_each_signature(std::size_t i, F&& f) const {
        const auto& spot = spots[i];
        BytesView block = spot.count == 0 ? BytesView() : BytesView(signatures).subspan(spot.at);
        for (unsigned n = 0; n < spot.count; ++n) {
            const std::size_t size = std::size_t{block[0]} << 8 | block[1];
            f(block.subspan(2, size));
            block = block.subspan(2 + size);
        }
    }

    /// Index of the apex RRset of that type, in the stretch that has the apex. It must be there.
    std::size_t apex_index(std::uint16_t type) const;
};

/// The RRsets of content and denial chain in canonical order, without signatures. The chain may be
/// empty (an unsigned zone).
SignedStretch merge(const Content& content, DenialChain chain);

}  // namespace kaspar::signer

#include "signer/core/stretches.h"

#include <algorithm>

#include "signer/core/content.h"
#include "signer/core/cuts.h"

namespace kaspar::signer {

namespace {

std::uint64_t count_records(const Zone& zone, const Node& node) {
    std::uint64_t count = 0;
    for (const auto& rrset : zone.rrsets(node))
        count += rrset.record_count;
    return count;
}

/// Each record is there as it is published, as it is signed, as text, and as it is read back: with
/// its owner each time. Measured, and rounded up.
std::uint64_t memory_of(const Zone& zone, const Stretch& stretch) {
    constexpr std::uint64_t of_owner = 3, of_record = 200, of_rdata = 8;
    std::uint64_t octets = 0;
    for (auto i = stretch.first; i < stretch.end; ++i) {
        const auto& node = zone.nodes()[i];
        const auto each = of_owner * zone.owner(node).size() + of_record;
        for (const auto& rrset : zone.rrsets(node))
            for (std::uint32_t n = 0; n < rrset.record_count; ++n)
                octets += each + of_rdata * zone.rdata(rrset, n).size();
    }
    return octets;
}

}  // namespace

std::uint64_t memory_of_largest(const Zone& input, std::span<const Stretch> stretches) {
    std::uint64_t most = 0;
    for (const auto& stretch : stretches)
        most = std::max(most, memory_of(input, stretch));
    return most;
}

std::vector<Stretch> cut_into_stretches(const Zone& input, std::uint64_t records) {
    std::vector<Stretch> stretches{{0, 0}};
    CutWalk walk(input);
    std::uint64_t taken = 0;
    for (std::uint32_t i = 0; i < input.nodes().size(); ++i) {
        const auto& node = input.nodes()[i];
        const bool hidden = is_hidden(walk.next(node));
        if (taken >= records && !hidden && is_published(input, node)) {
            stretches.push_back({i, i});
            taken = 0;
        }
        taken += count_records(input, node);
        stretches.back().end = i + 1;
    }
    return stretches;
}

}  // namespace kaspar::signer

#include "signer/core/stretches.h"

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

}  // namespace

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

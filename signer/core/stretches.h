// Cuts a zone into stretches of consecutive owners, which are signed one apart from the other: no
// delegation or DNAME of one hides an owner of another. Large enough that the cuts cost nothing,
// small enough that several threads are busy to the end and little is in memory at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "signer/core/zone.h"

namespace kaspar::signer {

/// Owners of a zone by index: from `first` on, before `end`.
struct Stretch {
    std::uint32_t first, end;
};

/// About how many octets of memory it takes to sign the largest stretch: what lies below one cut,
/// or at one name, is not parted, and a few lines can make much of it.
std::uint64_t memory_of_largest(const Zone& input, std::span<const Stretch> stretches);

/// All of the zone, at least one stretch. Each begins with an owner that is published and not
/// hidden, and has about `records` records.
std::vector<Stretch> cut_into_stretches(const Zone& input, std::uint64_t records);

}  // namespace kaspar::signer

// Everything at one moment: what the enforcer remembers, what the signer and the parent have, what
// is under way between them, and what resolvers hold. Times are ticks from now, so that two
// moments from which the same can follow are the same state, however long ago it began.
#pragma once

#include <cstdint>
#include <string>

#include "tests/exhaustive/resolvers.h"

namespace kaspar::exhaustive {

/// As History's Key; a key out of play is forgotten, and the others move up.
struct KeyFacts {
    std::uint8_t role;
    bool second;  ///< of the second algorithm
    bool wanted, may_return, roll_asked;
    bool given_up;  ///< its roll was taken back
};

/// As History's versions and their windows.
struct Version {
    static constexpr Ticks open = 100;

    Content content;
    Ticks ttl;
    Ticks floor;  ///< 0: none that counts
    Ticks until;  ///< `open`: it is or may be published

    auto operator<=>(const Version&) const = default;
};
using Versions = Few<Version, 20>;

struct State {
    // The enforcer's memory
    std::uint8_t policy = 0;  ///< by its position in Space::policies
    Few<KeyFacts, 8> keys;
    Mask ds = 0, dnskey = 0, dnskey_signers = 0, zone_signers = 0;
    Versions ds_versions, dnskey_versions, data_versions;

    // The others
    bool executed = true;  ///< the signer has carried out the last instruction
    bool reported = true;  ///< the enforcer knows what it published last
    Ticks published = 0;   ///< that many ticks ago, as long as it is not reported
    Mask parent_ds = 0, parent_wanted = 0;
    Few<Mask, 8> requests;  ///< that have not reached the parent
    Resolvers resolvers;

    /// A pass without a report would change nothing. Follows from the rest, so it is no part of the
    /// fingerprint.
    bool settled = false;
};

/// 64 bits that differ for different states.
std::uint64_t fingerprint(const State& state);

/// The keys of the second algorithm.
Mask second_algorithm(const State& state);

/// "[D 1 K 1,2 S 1 Z 2] parent 1 …", keys counted from 1.
std::string describe(const State& state);
std::string words(Mask keys);

/// Leaves out the keys of `gone` everywhere and numbers the others anew.
void renumber(State& state, Mask gone);

}  // namespace kaspar::exhaustive

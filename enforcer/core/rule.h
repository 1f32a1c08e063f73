// The safety rule. A change is allowed only if, with the versions that it may bring, every
// combination of versions that caches can hold (DS × DNSKEY × data) validates. Per-key rules, as in
// OpenDNSSEC and BIND, miss combinations when rolls overlap; this misses none and needs no
// successor links.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "enforcer/core/history.h"
#include "enforcer/core/methods.h"

namespace kaspar::enforcer {

/// One version of each, as a resolver may hold them together.
struct Combination {
    KeySet ds;
    KeySet dnskey, dnskey_signers;
    KeySet data_signers;
};

/// Does a resolver that holds this combination validate the data? With an empty DS set the zone is
/// insecure, which always does. Otherwise some key is in the DS set, in the DNSKEY RRset and among
/// its signers, and some key that signed the data is in the DNSKEY RRset; and for every algorithm
/// in the DS set there is such a chain (RFC 6840 §5.11), and if conservative every algorithm in the
/// DNSKEY RRset has signed the data (RFC 4035 §2.2).
bool validates(const Combination& combination, const History& history,
               AlgorithmRollover strictness);

/// Why a change must wait.
struct Obstacle {
    Combination combination;                        ///< the one that would fail for longest
    enum class Member { ds, dnskey, data } member;  ///< what must leave the caches
    std::optional<Time>
        until;  ///< when it will have left; absent: it is still (or may still be) published
};

/// Asks whether `next` may be instructed now; `margin` lengthens the windows that the policy wants
/// lengthened for this move. nullopt: it may. A conservative policy is judged as a liberal one as
/// long as caches can hold what only a liberal one admits.
std::optional<Obstacle> obstacle(const History& history, const Arrangement& next, Margin margin,
                                 const Policy& policy, Time now);

/// The margin in time that a move asks for on each kind of version.
struct Margins {
    Duration ds, dnskey, data;
};
Margins margins(Margin margin, const Policy& policy);

}  // namespace kaspar::enforcer

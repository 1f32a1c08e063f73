// Which keys come and go together, and by which sequence of moves: by role, algorithm, and how the
// leaving ones leave. What each move would make of the zone's arrangement.
#pragma once

#include <string>
#include <vector>

#include "enforcer/core/methods.h"

namespace kaspar::enforcer {

/// Keys that come and keys that go, by one sequence of moves.
struct Group {
    const Sequence* sequence;
    KeySet incoming, outgoing;
    Records records;  ///< those that this sequence moves
    Departure departure = Departure::orderly;
};

/// Every group of a zone; one that has nothing to do moves nothing.
std::vector<Group> groups_of(const History& history, const Policy& policy, Time now);

/// The arrangement after `move`; the present one if there is nothing to move.
Arrangement moved(const History& history, const Group& group, const Move& move);

/// "KSK double-signature", "emergency, KSK double-RRset".
std::string name_of(const Group& group);

}  // namespace kaspar::enforcer

// Why a zone is not yet where it should be: for every record of a key that is not in the state it
// is to end in, what holds it, until when, and who must act. Pure; `kaspar explain` tells it.
#pragma once

#include "enforcer/core/key_state.h"
#include "enforcer/core/plan.h"

namespace kaspar::enforcer {

struct HeldRecord {
    KeyIndex key;
    const KeyRecord* record;
    RecordState state, goal;
    std::string
        next;         ///< what it waits for: "KSK double-signature, to ask the parent for DS 12345"
    std::string why;  ///< what holds it, in a sentence
    Waiting on;
    std::optional<Time> until;  ///< absent: until somebody acts
};

/// In the order of the keys. `plan` is the plan of the same history at the same time.
std::vector<HeldRecord> held_records(const History& history, const Policy& policy, const Plan& plan,
                                     Time now);

}  // namespace kaspar::enforcer

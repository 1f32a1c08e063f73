// The decision: given what is remembered, the policy and the time, what to do next, what must wait,
// for what and until when. Pure: explain, forecast, policy diff, dry runs and the tests are this
// same function on other inputs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "enforcer/core/history.h"

namespace kaspar::enforcer {

/// Make a key for policy.keys[slot] (or take one that was made ahead), then plan again.
struct MakeKey {
    std::size_t slot;
    bool standby;
    std::string why;
};

/// Change what a key is for, then plan again.
struct SetGoal {
    KeyIndex key;
    bool wanted;
    bool standby;
    bool may_return;
    std::string why;
};

/// Ask for another arrangement of DS, DNSKEY and signatures, then plan again.
struct Rearrange {
    Arrangement next;
    std::string what;  ///< for the log: "ZSK pre-publication: sign with 12345 instead of 54321"
    std::optional<std::string> in_spite_of;  ///< what the rule says against an unsafe move
};

/// On whom a wait depends.
enum class Waiting { time, signer, servers, parent, approval, key_keeping, operator_pause, clock };

std::string_view word(Waiting waiting);

/// Something wanted that may not be done yet.
struct Wait {
    KeySet keys;       ///< whose records are meant
    std::string what;  ///< what is wanted: "ZSK pre-publication, to withdraw DNSKEY 12345"
    std::string why;   ///< the combination that would fail, or the margin, in words
    Waiting on;
    std::optional<Time> until;             ///< absent: until somebody acts
    std::optional<Arrangement> next = {};  ///< what is to be instructed when the wait is over
};

struct Plan {
    std::vector<MakeKey> make;
    std::vector<SetGoal> goals;
    std::optional<Rearrange> rearrange;
    std::vector<Wait> waits;
    std::optional<Time> wake_at;  ///< when to plan again, if nothing else happens before

    bool changes_anything() const { return !make.empty() || !goals.empty() || rearrange; }
};

Plan plan(const History& history, const Policy& policy, Time now);

/// The first wait that no time and no signer ends. Null: there is none.
const Wait* blocking_wait(const Plan& plan, Time now);

/// Carries out goals and rearrangement of a plan on the history. Keys in `make` are the shell's to
/// make and to append to History::keys.
void apply(History& history, const Plan& plan, const Policy& policy, Time now);

}  // namespace kaspar::enforcer

// What may happen next: every choice of the enforcer, the signer, the parent, the person and the
// clock. A pass, a run of the signer, a change at the parent each is one step, so that all orders
// in which they may follow each other are tried.
#pragma once

#include <vector>

#include "tests/exhaustive/enforcer_side.h"

namespace kaspar::exhaustive {

enum class Who : std::uint8_t {
    enforcer,       ///< `what`: 1 with the report
    enforcer_edit,  ///< the same with another policy: 2 × policy + report
    parent_takes,   ///< the next request reaches the parent
    parent_adds,    ///< `what`: the key whose DS is added
    parent_removes,
    parent_all,    ///< everything that is asked of it
    person_looks,  ///< `what`: keys seen, and << 8 those gone
    person_rolls,  ///< `what`: role
    person_aborts,
    signer,  ///< `what`: the signer sets that RRsets then carry, as bits
    clock,
};

struct Step {
    Who who;
    std::uint64_t what = 0;
};

/// All that may happen now; the clock's tick is the last.
std::vector<Step> possible_steps(const State& state, const Space& space);

/// What happens next if everybody acts promptly and nobody asks for anything more.
Step prompt_step(const State& state);

Complaint perform(State& state, const Space& space, const Step& step);

std::string words(const Step& step);

}  // namespace kaspar::exhaustive

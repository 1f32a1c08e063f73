// The real core (enforcer/core) on a State: its History is made from the state's ticks, moved, and
// put back. Nothing here decides.
#pragma once

#include <optional>
#include <string>

#include "enforcer/core/history.h"
#include "tests/exhaustive/space.h"
#include "tests/exhaustive/state.h"

namespace kaspar::exhaustive {

/// What must never be so, in words; nullopt: all is well.
using Complaint = std::optional<std::string>;

/// The unsigned zone at the beginning.
State beginning(const Space& space);

/// One pass of the enforcer, with the policy that is in force; takes in the signer's report if
/// `with_report`.
Complaint pass(State& state, const Space& space, bool with_report);

/// What a person may do. False: refused, or it would change nothing.
bool ask_roll(State& state, const Space& space, enforcer::Role role);
bool abort_roll(State& state, const Space& space, enforcer::Role role);
void say_ds(State& state, const Space& space, Mask seen, Mask gone);

/// What the person is asked to look for at the parent.
struct DsAsked {
    Mask awaited, to_go;
};
DsAsked ds_asked(const State& state);

/// One tick passes in the enforcer's memory.
void age(State& state, const Space& space);

/// At rest: why not everything is as the policy wants it.
Complaint unfinished(const State& state, const Space& space);

}  // namespace kaspar::exhaustive

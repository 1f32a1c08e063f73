// What will happen to a zone, found by running the plan on a simulated clock, with stated
// assumptions of what everybody else does: the signer publishes at once whatever is instructed and
// replaces old signatures as they come due (RFC 7583: Dsgn = validity − refresh); the parent has a
// DS set registration_delay after it was asked for, and that is confirmed at that moment; a person
// approves at once. Pure; forecast, explain, policy diff and dry runs tell what it gives.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "enforcer/core/key_state.h"
#include "enforcer/core/policy.h"

namespace kaspar::enforcer {

/// Who does what is asked of them; those who do not, never do.
struct Assumptions {
    bool parent_answers = true;  ///< a DS set is there and confirmed registration_delay later
    bool approvals = true;       ///< a person approves, and copies and backs up keys, at once
    bool resumed = true;         ///< a paused zone is resumed at once

    bool operator==(const Assumptions&) const = default;
};

/// Who must act for an event to happen.
enum class Actor {
    kaspar,
    signer,
    parent,  ///< the parent, and whoever tells Kaspar that it did
    person,  ///< whoever runs Kaspar
};

enum class EventKind {
    resumed,              ///< the operator lets a paused zone go on
    approved,             ///< the operator approves a roll
    key_kept,             ///< a person copies a key, or backs it up
    published,            ///< the signer publishes what waited for it when the forecast began
    key_made,             ///< a key that does not exist yet
    goal,                 ///< a key is to be used, or to leave
    move,                 ///< another arrangement is instructed
    ds_asked,             ///< the parent is asked for another DS set
    ds_seen,              ///< somebody confirms that the parent has new DS
    ds_gone,              ///< somebody confirms that the parent has old DS no longer
    state,                ///< a record changes its state
    signatures_replaced,  ///< the last old signature of the data is gone
    out_of_use,           ///< no cache can hold anything of a key any more
    purged,               ///< a key is removed from its key store
};

/// A record's change of state.
struct StateChange {
    const KeyRecord* record;
    RecordState from, to;
};

struct Event {
    Time at;
    EventKind kind;
    Actor actor;
    std::vector<std::size_t> keys;  ///< positions in Forecast::keys
    std::string what;
    std::string why;
    std::optional<StateChange> state = {};        ///< of keys.front(), if kind is state
    std::optional<std::string> in_spite_of = {};  ///< of an unsafe move: what the rule says to it
};

/// A key that left play before the forecast began and is still in its key store.
struct RetiredKey {
    Key key;
    Time since;
};

/// A zone as it stands when the forecast begins.
struct Outset {
    History history;
    std::optional<std::uint64_t> published = {};  ///< generation that the signer reported last
    std::vector<RetiredKey> retired = {};
};

struct Forecast {
    Time from, until;
    std::vector<Key> keys;      ///< all that the events are about; new ones have a name, no tag
    std::vector<Event> events;  ///< in the order of time
    bool cut_off = false;       ///< there would be more than a forecast holds; it ends early
};

/// A forecast has at most so many events.
inline constexpr std::size_t most_events = 10'000;

/// What happens from `now` to `until`. Without `until`: until every roll that is under way has
/// ended, and the next one after it too, but at most a year. Terminates for every policy.
Forecast foresee(Outset outset, const Policy& policy, Time now, std::optional<Time> until,
                 const Assumptions& assumptions = {});

/// "key_made", …
std::string_view word(EventKind kind);
/// "kaspar", "signer", "parent", "person".
std::string_view word(Actor actor);

}  // namespace kaspar::enforcer

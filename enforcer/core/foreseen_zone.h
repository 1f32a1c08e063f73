// One zone on a simulated clock: the real plan, and everybody else as foresight.h assumes them.
// Time goes from event to event. What happens is kept as events.
#pragma once

#include <map>

#include "enforcer/core/foresight.h"
#include "enforcer/core/plan.h"

namespace kaspar::enforcer {

class ForeseenZone {
  public:
    ForeseenZone(Outset outset, Policy zone_policy, Time start, const Assumptions& assumed = {});
    ForeseenZone(const ForeseenZone&) = default;
    ForeseenZone& operator=(const ForeseenZone&) = default;
    virtual ~ForeseenZone() = default;

    // Whoever runs the zone may change these between steps.
    Policy policy;
    History history;
    Time now;
    Assumptions assumptions;

    /// Does all that is to be done now.
    void settle();

    /// Goes to the next event that is not after `end`, and settles. False: there is none.
    bool advance(Time end);

    /// Runs all events until `end`; it is `end` then.
    void run_until(Time end);

    /// True if nothing is under way: every record is where it should be and nothing waits.
    bool at_rest() const;

    bool cut_off() const { return stuck_ || events_.size() >= most_events; }

    /// Every key that the zone has or had, in the order in which they came.
    const std::vector<Key>& keys() const { return keys_; }

    /// Events since the last call.
    std::vector<Event> take_events();

  protected:
    /// Names a key that is made: "new zsk 1", "new zsk 2", …
    virtual std::string name_for(Role role);

  private:
    /// Signers of some of the data, and when the last RRset that has just these is signed anew.
    struct Carried {
        KeySet signers;
        std::optional<Time> gone;  ///< absent: these are the ones instructed
    };
    struct Retired {
        std::size_t key;
        Time since;
    };

    void act();
    bool person_acts();
    bool kaspar_acts();
    bool signer_acts();
    bool parent_acts();
    void carry_out(const Plan& todo, const std::vector<Wait>& waits);
    void make_key(const MakeKey& wanted);
    void tell_move(const Rearrange& move, const std::vector<Wait>& waits);
    void confirm(EventKind kind, KeySet keys);
    void carry_over(Time replacing_since);
    bool replace_signatures();
    void report();
    void know_keys();
    void note_states();
    bool retire_keys();
    void purge_keys();
    std::optional<Time> next_event() const;
    Time parent_answers_at() const;

    void tell(EventKind kind, Actor actor, KeySet keys, std::string what, std::string why = {});

    std::vector<Key> keys_;
    std::map<Role, unsigned> made_;
    std::vector<std::size_t> number_;  ///< of each key in the history: its position in keys_
    std::vector<KeyStates> known_;     ///< of each key in the history
    std::vector<Retired> retired_;
    std::vector<Event> events_;
    std::vector<Carried> carried_;
    std::optional<std::uint64_t> reported_;   ///< generation; absent: unknown when it began
    std::optional<std::uint64_t> published_;  ///< generation; absent: not yet in this forecast
    Plan plan_;
    bool stuck_ = false;
};

}  // namespace kaspar::enforcer

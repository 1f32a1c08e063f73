// One zone under the real core, with a signer that publishes at once and a parent that answers at
// once. What happens is told as rows of text, "+27h new ds rumoured", one for each change of a
// key's state.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "enforcer/core/goals.h"
#include "enforcer/core/key_state.h"
#include "enforcer/core/plan.h"

namespace kaspar::test {

using namespace kaspar::enforcer;

class SimulatedZone {
  public:
    SimulatedZone(Policy policy, Time start);

    Policy policy;
    History history;
    Time now;

    /// Names the next keys that are made, in the order in which the policy lists them.
    void name_next_keys(std::vector<std::string> names) { next_names_ = std::move(names); }

    /// Runs the zone for this long.
    void run_for(Duration length);

    /// The parent does not answer until told to.
    bool parent_answers = true;

    /// Rows since the last call, with times since `origin`.
    std::vector<std::string> rows(Time origin);

    KeyStates states(const std::string& name) const;
    bool exists(const std::string& name) const;

  private:
    struct Row {
        Time at;
        std::string words;
    };
    void settle();
    bool step();
    void make_key(const MakeKey& wanted);
    void publish();
    void answer_for_parent();
    void note_states();
    std::optional<Time> next_event() const;

    std::vector<std::string> names_, next_names_;
    std::vector<KeyStates> known_;
    std::vector<Row> rows_;
    KeySet signing_;                     ///< what the last complete re-signing left on the data
    std::optional<Time> last_replaced_;  ///< when the last old signature comes due
    std::uint64_t published_ = 0;
};

}  // namespace kaspar::test

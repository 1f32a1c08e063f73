// A parent zone that does what its registrar asks, late, in the order asked, at once or record by
// record; it never removes the last DS before a new one is there, unless asked for none.
#pragma once

#include <deque>

#include "tests/simulation/chance.h"
#include "tests/simulation/resolver_oracle.h"

namespace kaspar::simulation {

class SimulatedParent {
  public:
    explicit SimulatedParent(Chance& chance) : chance_(chance) {}

    bool prompt = false;  ///< carries out at once

    void ask(Keys wanted, Time now);
    /// When it acts next; absent: nothing is asked of it.
    std::optional<Time> due() const;
    /// Acts once. Call it when it is due.
    void act(Time now);

    const Keys& ds() const { return ds_; }
    /// True if it works on what was asked last, so that what has come stays and what has gone too.
    bool is_at_last_request() const { return requests_.empty(); }

  private:
    struct Request {
        Time arrives;
        Keys wanted;
    };
    void change_one_record();

    Chance& chance_;
    std::deque<Request> requests_;
    Keys ds_, wanted_;
    std::optional<Time> next_step_;
};

}  // namespace kaspar::simulation

// The life of one zone, from a seed: the real core as its enforcer, a signer, a parent, an operator
// and what befalls them; then a calm time in which everybody answers. A resolver's-side oracle
// judges every publication, and at the end of the calm every roll must have ended.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "enforcer/core/goals.h"
#include "enforcer/core/plan.h"
#include "tests/simulation/random_policy.h"
#include "tests/simulation/simulated_parent.h"
#include "tests/simulation/simulated_signer.h"

namespace kaspar::simulation {

class SimulatedLife {
  public:
    /// With `tell`, what happens is kept as rows of text.
    SimulatedLife(std::uint64_t seed, bool tell);

    /// Lives through `troubled` and the calm after it. False: it went wrong; see failure().
    bool run(Duration troubled);

    const std::string& failure() const { return failure_; }
    const std::vector<std::string>& story() const { return story_; }
    Duration length() const;
    unsigned keys_made() const { return static_cast<unsigned>(algorithms_.size() - 1); }

  private:
    // The enforcer (simulated_life.cpp)
    void enforce();
    void take_in_report();
    void settle();
    void make_key(const enforcer::MakeKey& wanted);
    void give_order();
    void ask_parent();
    void check_ds_goal(const enforcer::Arrangement& before);
    void restart();
    Keys to_world(enforcer::KeySet keys) const;
    enforcer::KeySet to_history(const Keys& keys) const;

    // The others
    void sign();
    void parent_acts();
    void send_operator_to_look();
    void operator_looks();
    void judge(const ResolverOracle::Verdict& verdict);

    // What befalls them (troubles.cpp)
    void trouble();
    void ask_roll();
    void abort_roll();
    void lose_a_key();
    void leave_for_weeks();
    void person_acts();
    void edit_policy();
    void trouble_the_signer();

    // The course of time
    void live_until(Time end);
    Time next_event() const;
    bool act_at_next(Time end);
    void calm_down();
    bool is_quiet() const;
    void check_end();
    void check_keys_in_use();
    void fail(std::string why);
    void tell(std::string what);
    std::string arrangement_words() const;
    Duration late(std::initializer_list<Duration> choices);

    Chance chance_;
    bool tell_;
    Time start_, now_;
    Delays delays_;
    enforcer::Policy policy_, in_force_;  ///< the file, and what the enforcer last read
    enforcer::History history_;
    KeyAlgorithms algorithms_{0};  ///< of the world's keys; their numbers begin at 1
    ResolverOracle oracle_;
    SimulatedSigner signer_;
    SimulatedParent parent_;

    Order order_;
    bool hasty_;  ///< everybody acts at once, when allowed
    bool calm_ = false;
    Time enforcer_due_, signer_due_, signed_, trouble_due_;
    Duration signed_refresh_{};
    std::optional<Time> operator_due_;
    struct Report {
        Time arrives;
        Publication publication;
    };
    std::vector<Report> reports_;
    Keys asked_of_parent_;
    std::string failure_, told_publication_;
    std::vector<std::string> story_;
};

}  // namespace kaspar::simulation

#include "tests/simulation/simulated_parent.h"

namespace kaspar::simulation {

using std::chrono::days;
using std::chrono::hours;

void SimulatedParent::ask(Keys wanted, Time now) {
    const Duration late = chance_.pick<Duration>({hours{0}, hours{0}, hours{6}, days{3}, days{25}});
    Time arrives = now + (prompt ? Duration{0} : chance_.up_to(late));
    if (!requests_.empty())
        arrives = std::max(arrives, requests_.back().arrives);
    requests_.push_back({arrives, std::move(wanted)});
}

std::optional<Time> SimulatedParent::due() const {
    if (requests_.empty())
        return next_step_;
    if (next_step_)
        return std::min(*next_step_, requests_.front().arrives);
    return requests_.front().arrives;
}

void SimulatedParent::act(Time now) {
    if (!requests_.empty() && requests_.front().arrives <= now) {
        wanted_ = requests_.front().wanted;
        requests_.pop_front();
    }
    if (prompt || chance_.one_in(2))
        ds_ = wanted_;
    else
        change_one_record();
    next_step_.reset();
    if (ds_ != wanted_)
        next_step_ = now + chance_.up_to(chance_.pick<Duration>({hours{0}, hours{1}, days{4}}));
}

void SimulatedParent::change_one_record() {
    Keys missing, surplus;
    std::set_difference(wanted_.begin(), wanted_.end(), ds_.begin(), ds_.end(),
                        std::back_inserter(missing));
    std::set_difference(ds_.begin(), ds_.end(), wanted_.begin(), wanted_.end(),
                        std::back_inserter(surplus));
    const bool may_remove = !surplus.empty() && (ds_.size() > 1 || wanted_.empty());
    if (may_remove && (missing.empty() || chance_.one_in(2))) {
        std::erase(ds_, surplus[chance_.below(surplus.size())]);
    } else if (!missing.empty()) {
        ds_.push_back(missing[chance_.below(missing.size())]);
        std::sort(ds_.begin(), ds_.end());
    }
}

}  // namespace kaspar::simulation

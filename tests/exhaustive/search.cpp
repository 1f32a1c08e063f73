#include "tests/exhaustive/search.h"

#include <fmt/format.h>

#include <deque>

#include "tests/exhaustive/state_table.h"

namespace kaspar::exhaustive {

namespace {

/// More steps than any way to the end has.
constexpr unsigned longest_end = 2000;

class Search {
  public:
    Search(const Space& space, std::uint64_t most_states)
        : space_(space), most_states_(most_states) {}

    Found run() {
        reach(beginning(space_), 0);
        while (!waiting_.empty() && found_.complaint.empty()) {
            if (found_.states > most_states_) {
                found_.complete = false;
                break;
            }
            const State next = waiting_.front();
            waiting_.pop_front();
            expand(next);
        }
        return found_;
    }

  private:
    void reach(const State& state, std::uint64_t from) {
        const auto print = fingerprint(state);
        auto& entry = table_[print];
        if (entry.seen)
            return;
        entry.seen = true;
        entry.from = from;
        ++found_.states;
        waiting_.push_back(state);
    }

    void expand(const State& at) {
        const auto print = fingerprint(at);
        for (const Step& step : possible_steps(at, space_)) {
            State next = at;
            ++found_.steps;
            if (const auto wrong = perform(next, space_, step))
                return complain(print, words(step), *wrong);
            if (next.keys.size() <= space_.most_keys)
                reach(next, print);
        }
        check_end(at, print);
    }

    /// Everybody is prompt from here on: follows the only way there is, until it rests or meets one
    /// that is known to come to rest.
    void check_end(const State& from, std::uint64_t print) {
        State state = from;
        std::vector<std::uint64_t> way;
        std::string story;
        for (std::uint64_t at = print; !table_[at].ends;) {
            if (way.size() > longest_end)
                return complain(print, story, "STUCK: goes round in circles");
            way.push_back(at);
            const Step step = prompt_step(state);
            const auto wrong = perform(state, space_, step);
            if (wrong)
                return complain(print, "promptly from here", *wrong);
            const auto next = fingerprint(state);
            if (next == at && step.who == Who::clock) {
                if (const auto open = unfinished(state, space_))
                    return complain(print, "promptly from here, at the end " + describe(state),
                                    *open);
                break;
            }
            at = next;
        }
        for (const auto known : way)
            table_[known].ends = true;
    }

    void complain(std::uint64_t at, const std::string& last, const std::string& wrong) {
        std::vector<std::uint64_t> way{at};
        while (table_[way.back()].from != 0)
            way.push_back(table_[way.back()].from);
        State state = beginning(space_);
        std::string story = space_.name + "\n";
        for (auto next = way.rbegin() + 1; next != way.rend(); ++next)
            story += follow(state, *next);
        found_.complaint = story + "  " + last + "\n" + wrong;
    }

    /// Takes the step that leads to the state with this fingerprint.
    std::string follow(State& state, std::uint64_t to) const {
        for (const Step& step : possible_steps(state, space_)) {
            State next = state;
            if (perform(next, space_, step) || fingerprint(next) != to)
                continue;
            state = next;
            return fmt::format("  {:40} {}\n", words(step), describe(state));
        }
        return "  (the way is lost)\n";
    }

    const Space& space_;
    std::uint64_t most_states_;
    StateTable table_;
    std::deque<State> waiting_;
    Found found_;
};

}  // namespace

Found search(const Space& space, std::uint64_t most_states) {
    return Search(space, most_states).run();
}

}  // namespace kaspar::exhaustive

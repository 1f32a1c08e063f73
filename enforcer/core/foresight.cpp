#include "enforcer/core/foresight.h"

#include "enforcer/core/foreseen_zone.h"

namespace kaspar::enforcer {

namespace {

constexpr Duration longest_forecast = std::chrono::days{365};

/// Follows whether the rolls that are under way have ended, and the next one after them too.
class Turns {
  public:
    bool over(bool at_rest) {
        if (at_rest != rested_) {
            rested_ = at_rest;
            rolls_ended_ += at_rest ? 1 : 0;
            rolls_begun_ += at_rest ? 0 : 1;
        }
        return rested_ && rolls_begun_ > 0 && rolls_ended_ > 1;
    }

  private:
    bool rested_ = false;
    int rolls_ended_ = 0, rolls_begun_ = 0;
};

}  // namespace

Forecast foresee(Outset outset, const Policy& policy, Time now, std::optional<Time> until,
                 const Assumptions& assumptions) {
    ForeseenZone zone(std::move(outset), policy, now, assumptions);
    const Time end = until.value_or(now + longest_forecast);
    Turns turns;
    bool over = false;
    zone.settle();
    do
        over = turns.over(zone.at_rest()) && !until;
    while (!over && zone.advance(end));
    const bool cut_off = zone.cut_off();
    return {now, over || cut_off ? zone.now : end, zone.keys(), zone.take_events(), cut_off};
}

std::string_view word(EventKind kind) {
    constexpr std::string_view words[] = {
        "resumed",    "approved", "key_kept", "published", "key_made", "goal",
        "move",       "ds_asked", "ds_seen",  "ds_gone",   "state",    "signatures_replaced",
        "out_of_use", "purged"};
    return words[static_cast<std::size_t>(kind)];
}

std::string_view word(Actor actor) {
    constexpr std::string_view words[] = {"kaspar", "signer", "parent", "person"};
    return words[static_cast<std::size_t>(actor)];
}

}  // namespace kaspar::enforcer

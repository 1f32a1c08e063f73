#include "enforcer/core/explanation.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/core/words.h"

namespace kaspar::enforcer {

namespace {

/// Versions that a record waits for: when the last leaves the caches, or that one is still open.
struct Remaining {
    bool open = false;
    std::optional<Time> until;
};

template <typename Versions, typename Counts>
Remaining remaining(const Versions& versions, Duration margin, Time now, Counts counts) {
    Remaining found;
    for (const auto& version : versions) {
        if (!version.window.live(now, margin) || !counts(version))
            continue;
        if (version.window.open())
            found.open = true;
        else
            found.until = std::max(found.until.value_or(now), *version.window.until + margin);
    }
    return found;
}

/// Those versions in which `key`'s record is (`held`) or is not.
Remaining versions_left(const History& history, const HeldRecord& of, bool held,
                        const Policy& policy, Time now) {
    const KeyIndex key = of.key;
    const Duration margin = held ? Duration{0} : policy.publish_safety;
    if (of.record->state == &KeyStates::ds)
        return remaining(history.ds, Duration{0}, now, [&](const DsVersion& version) {
            return version.keys.contains(key) == held;
        });
    if (of.record->state == &KeyStates::dnskey)
        return remaining(history.dnskey, margin, now, [&](const DnskeyVersion& version) {
            return version.keys.contains(key) == held;
        });
    if (of.record->state == &KeyStates::dnskey_signature)
        return remaining(history.dnskey, margin, now, [&](const DnskeyVersion& version) {
            return version.signers.contains(key) == held;
        });
    return remaining(history.data, Duration{0}, now, [&](const DataVersion& version) {
        return version.signers.contains(key) == held;
    });
}

/// Who has the record in it still (or has it not yet): the caches, the parent, the signer's zone.
std::string holder(const HeldRecord& held, bool open) {
    const std::string_view with = held.state == RecordState::unretentive ? "with" : "without";
    if (held.record->state == &KeyStates::ds)
        return open ? fmt::format(
                          "the parent may still have a DS set {} it: nobody has confirmed "
                          "the change",
                          with)
                    : fmt::format("caches may hold a DS set {} it", with);
    if (held.record->state == &KeyStates::zone_signatures)
        return fmt::format("{} may {} data {} a signature by it{}", open ? "the zone" : "caches",
                           open ? "still have" : "hold", with,
                           open ? ": the signer has not reported all of it replaced" : "");
    return open ? fmt::format("the signer has not yet reported the DNSKEY RRset {} it",
                              with == "with" ? "without" : "with")
                : fmt::format("caches may hold a DNSKEY RRset {} it", with);
}

/// The record is asked for (or to go), and what is published or cached does not show it everywhere
/// (shows it somewhere) yet.
void hold_by_versions(const History& history, const Policy& policy, Time now, HeldRecord& held) {
    const bool leaving = held.state == RecordState::unretentive;
    const Remaining left = versions_left(history, held, leaving, policy, now);
    held.next = leaving ? "no cache to hold it" : "all caches to hold it";
    held.why = holder(held, left.open);
    held.until = left.open ? std::nullopt : left.until;
    held.on = !left.open                             ? Waiting::time
              : held.record->state == &KeyStates::ds ? Waiting::parent
                                                     : Waiting::signer;
}

void hold_by(const Wait& wait, bool itself, HeldRecord& held) {
    held.next = itself ? wait.what : "an earlier step: " + wait.what;
    held.why = wait.why;
    held.on = wait.on;
    held.until = wait.until;
}

/// The wait for the move that changes this very record; else the one that comes before.
void hold_by_plan(const History& history, const Plan& plan, Time now, HeldRecord& held) {
    const auto changes = [&](const Wait& wait) {
        const auto part = held.record->arranged;
        return wait.next && ((*wait.next).*part).contains(held.key) !=
                                (history.arrangement.*part).contains(held.key);
    };
    const auto concerns = [&](const Wait& wait) {
        return wait.next && wait.keys.contains(held.key);
    };
    const auto holds_all = [](const Wait& wait) { return !wait.next; };
    const auto& waits = plan.waits;
    if (const auto own = std::find_if(waits.begin(), waits.end(), changes); own != waits.end())
        return hold_by(*own, true, held);
    if (const auto step = std::find_if(waits.begin(), waits.end(), concerns); step != waits.end())
        return hold_by(*step, false, held);
    if (const auto all = std::find_if(waits.rbegin(), waits.rend(), holds_all);
        all != waits.rend() && !plan.changes_anything())
        return hold_by(*all, false, held);
    held.next = "the enforcer's next pass";
    held.why = "the rule and the policy allow the next step now";
    held.on = Waiting::time;
    held.until = now;
}

}  // namespace

std::vector<HeldRecord> held_records(const History& history, const Policy& policy, const Plan& plan,
                                     Time now) {
    std::vector<HeldRecord> found;
    for (KeyIndex key = 0; key < history.keys.size(); ++key) {
        const KeyStates states = key_states(history, key, policy, now);
        const KeyStates goals = goal_states(history.keys[key]);
        for (const KeyRecord& record : key_records) {
            HeldRecord held{key, &record, states.*record.state, goals.*record.state, {}, {},
                            {},  {}};
            if (held.state == held.goal)
                continue;
            const bool asked = (history.arrangement.*record.arranged).contains(key);
            if (asked == (held.goal == RecordState::omnipresent))
                hold_by_versions(history, policy, now, held);
            else
                hold_by_plan(history, plan, now, held);
            found.push_back(std::move(held));
        }
    }
    return found;
}

}  // namespace kaspar::enforcer

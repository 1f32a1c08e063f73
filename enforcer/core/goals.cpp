#include "enforcer/core/goals.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "enforcer/core/timing.h"
#include "enforcer/core/words.h"

namespace kaspar::enforcer {

namespace {

constexpr auto policy_wants_approval = "the policy wants a person's approval";

/// Room is left so that one pass can make every key of a policy.
constexpr std::size_t most_keys_in_play = KeySet::capacity - 8;

bool matches(const Key& key, const KeySlot& slot) {
    return key.role == slot.role && key.algorithm == slot.algorithm && key.bits == slot.bits &&
           key.keystores == slot.keystores;
}

bool matches(const PendingKey& key, const KeySlot& slot) {
    return key.role == slot.role && key.algorithm == slot.algorithm && key.bits == slot.bits &&
           key.keystores == slot.keystores;
}

bool matches_any(const Key& key, const Policy& policy) {
    return std::any_of(policy.keys.begin(), policy.keys.end(),
                       [&](const KeySlot& slot) { return matches(key, slot); });
}

template <typename Predicate>
std::vector<KeyIndex> select(const History& history, Predicate predicate) {
    std::vector<KeyIndex> found;
    for (KeyIndex i = 0; i < history.keys.size(); ++i)
        if (predicate(history.keys[i]))
            found.push_back(i);
    return found;
}

/// Of keys made in the same second the later in the list.
KeyIndex newest(const History& history, const std::vector<KeyIndex>& keys) {
    return *std::max_element(keys.begin(), keys.end(), [&](KeyIndex a, KeyIndex b) {
        return std::pair(history.keys[a].created, a) < std::pair(history.keys[b].created, b);
    });
}

void wake(Plan& plan, Time at) {
    if (!plan.wake_at || at < *plan.wake_at)
        plan.wake_at = at;
}

bool needs_approval(const Policy& policy, Role role) {
    return policy.approve == Approval::all ||
           (policy.approve == Approval::ksk && signs_dnskey(role));
}

/// When a key of this line needs its successor. Absent: never, or it is not in use yet.
std::optional<Time> roll_due(const Key& key, const KeySlot& slot, const Policy& policy) {
    if (!slot.lifetime || !key.active_since)
        return std::nullopt;
    return *key.active_since + *slot.lifetime - roll_lead(slot, policy);
}

/// One line of the policy, held against the zone's keys.
class SlotPlanner {
  public:
    SlotPlanner(const History& history, const Policy& policy, std::size_t slot, Time now,
                Plan& plan)
        : history_(history),
          policy_(policy),
          index_(slot),
          slot_(policy.keys[slot]),
          now_(now),
          plan_(plan) {}

    /// False if the line has no key yet.
    bool run() {
        const auto current = wanted(false);
        if (current.empty()) {
            fill();
            return false;
        }
        const KeyIndex kept = newest(history_, current);
        for (const KeyIndex key : current)
            if (key != kept)
                drop(key, "its successor has been made");
        if (current.size() == 1)
            roll_if_due(kept);
        keep_standby();
        return true;
    }

  private:
    std::vector<KeyIndex> wanted(bool standby) const {
        return select(history_, [&](const Key& key) {
            return key.wanted && key.standby == standby && matches(key, slot_);
        });
    }

    void drop(KeyIndex key, std::string why) {
        plan_.goals.push_back({key, false, false, false, std::move(why)});
    }

    /// A key that left when the policy changed and is still about; else a standby key; else a new
    /// one.
    void fill() {
        const auto returning = select(history_, [&](const Key& key) {
            return !key.wanted && key.may_return && key.departure == Departure::orderly &&
                   matches(key, slot_);
        });
        if (!returning.empty()) {
            plan_.goals.push_back(
                {newest(history_, returning), true, false, false, "the policy asks for it again"});
            return;
        }
        const bool first = history_.arrangement.dnskey.empty();
        if (!first && needs_approval(policy_, slot_.role) && !history_.approved) {
            wait_for_approval({}, "a key that the policy asks for", policy_wants_approval);
            return;
        }
        obtain("the policy asks for it");
    }

    void obtain(std::string why) {
        const auto standby = wanted(true);
        if (!standby.empty()) {
            plan_.goals.push_back({standby.front(), true, false, false, std::move(why)});
            return;
        }
        if (history_.keys.size() >= most_keys_in_play) {
            plan_.waits.push_back(
                {{},
                 "make a key",
                 "too many keys of this zone are still in caches or at the parent",
                 Waiting::parent,
                 {}});
            return;
        }
        make(false, std::move(why));
    }

    /// Unless one is made already and waits to be copied or backed up.
    void make(bool standby, std::string why) {
        const auto pending =
            std::find_if(history_.pending.begin(), history_.pending.end(),
                         [&](const PendingKey& key) { return matches(key, slot_); });
        if (pending == history_.pending.end())
            return plan_.make.push_back({index_, standby, std::move(why)});
        plan_.waits.push_back({{},
                               fmt::format("to use {} {}: {}", word(slot_.role), pending->tag, why),
                               pending->why,
                               Waiting::key_keeping,
                               {}});
    }

    void roll_if_due(KeyIndex current) {
        const Key& key = history_.keys[current];
        if (key.roll_asked)
            return obtain(fmt::format("a person asked to roll {}", label(key)));
        const auto start = roll_due(key, slot_, policy_);
        if (!start)
            return;
        if (*start > now_)
            return wake(plan_, *start);
        if ((key.kept || needs_approval(policy_, slot_.role)) && !history_.approved)
            return wait_for_approval(
                KeySet::of(current), fmt::format("roll {}, whose lifetime ends", label(key)),
                key.kept ? "a person took its roll back" : policy_wants_approval);
        obtain(fmt::format("the lifetime of {} ends", label(key)));
    }

    void keep_standby() {
        if (history_.arrangement.dnskey.empty())
            return;
        const auto standby = wanted(true);
        for (std::size_t i = standby.size(); i < slot_.standby; ++i)
            make(true, "the policy asks for a standby key");
        for (std::size_t i = slot_.standby; i < standby.size(); ++i)
            drop(standby[i], "the policy asks for fewer standby keys");
    }

    void wait_for_approval(KeySet keys, std::string what, std::string why) {
        plan_.waits.push_back({keys, std::move(what), std::move(why), Waiting::approval, {}});
    }

    const History& history_;
    const Policy& policy_;
    std::size_t index_;
    const KeySlot& slot_;
    Time now_;
    Plan& plan_;
};

/// Keys that no line of the policy names leave, once every line that it has is filled.
void drop_unnamed(const History& history, const Policy& policy, Plan& plan) {
    const auto unnamed =
        select(history, [&](const Key& key) { return key.wanted && !matches_any(key, policy); });
    for (const KeyIndex key : unnamed)
        plan.goals.push_back({key, false, false, true, "the policy no longer asks for it"});
}

/// Once every key is to leave it was approved; nothing is left to be asked.
bool insecurity_is_approved(const History& history, const Policy& policy) {
    return policy.approve == Approval::none || history.approved ||
           std::none_of(history.keys.begin(), history.keys.end(),
                        [](const Key& key) { return key.wanted; });
}

/// A key is on its way out since the policy no longer names its kind.
bool leaves_by_policy(const History& history) {
    for (const KeyIndex key : history.arrangement.all())
        if (!history.keys[key].wanted && history.keys[key].may_return)
            return true;
    return false;
}

/// Else the roll that is taken back would begin anew at once.
bool lifetime_is_over(const Key& key, const Policy& policy, Time now) {
    return std::any_of(policy.keys.begin(), policy.keys.end(), [&](const KeySlot& slot) {
        const auto due = roll_due(key, slot, policy);
        return matches(key, slot) && due && *due <= now;
    });
}

std::vector<KeyIndex> of_role(const History& history, Role role) {
    return select(history,
                  [&](const Key& key) { return key.wanted && !key.standby && key.role == role; });
}

}  // namespace

Duration roll_lead(const KeySlot& slot, const Policy& policy) {
    const Duration publication =
        timing::ksk_publication(policy.zone_propagation_delay, policy.dnskey_ttl);
    switch (slot.method) {
        case Method::zsk_pre_publication:
            return timing::zsk_publication(policy.zone_propagation_delay, policy.dnskey_ttl) +
                   policy.publish_safety;
        case Method::zsk_double_signature:
            return Duration{0};
        case Method::ksk_double_signature:
            return publication + policy.publish_safety;
        case Method::ksk_double_ds:
            return policy.registration_delay + policy.publish_safety +
                   timing::ds_publication(policy.parent_propagation_delay, policy.ds_ttl);
        case Method::ksk_double_rrset:
            return policy.publish_safety + timing::double_rrset_publication(
                                               policy.registration_delay,
                                               policy.parent_propagation_delay, policy.ds_ttl,
                                               policy.zone_propagation_delay, policy.dnskey_ttl);
    }
    return Duration{0};
}

void plan_goals(const History& history, const Policy& policy, Time now, Plan& plan) {
    bool filled = true;
    for (std::size_t slot = 0; slot < policy.keys.size(); ++slot)
        filled = SlotPlanner(history, policy, slot, now, plan).run() && filled;
    if (!filled)
        return;
    if (policy.keys.empty() && !insecurity_is_approved(history, policy)) {
        plan.waits.push_back({history.arrangement.all(),
                              "make the zone insecure",
                              policy_wants_approval,
                              Waiting::approval,
                              {}});
        return;
    }
    drop_unnamed(history, policy, plan);
}

Outcome ask_roll(History& history, const Policy& policy, Role role) {
    const auto keys = of_role(history, role);
    bool asked = false;
    for (const KeyIndex key : keys)
        if (matches_any(history.keys[key], policy))
            asked = history.keys[key].roll_asked = true;
    if (!asked)
        return Fault{FaultClass::refused,
                     "the zone has no key of that role that its policy asks for; "
                     "`kaspar key list` shows its keys"};
    return Done{};
}

Outcome abort_roll(History& history, const Policy& policy, Role role, Time now) {
    for (const KeyIndex successor : of_role(history, role)) {
        Key& fresh = history.keys[successor];
        const auto predecessors = select(history, [&](const Key& key) {
            return !key.wanted && key.departure == Departure::orderly && key.role == role &&
                   key.algorithm == fresh.algorithm && key.created <= fresh.created &&
                   matches_any(key, policy);
        });
        std::vector<KeyIndex> present;
        for (const KeyIndex key : predecessors)
            if (history.arrangement.dnskey.contains(key))
                present.push_back(key);
        if (fresh.roll_asked && present.empty() && fresh.departure == Departure::orderly) {
            fresh.roll_asked = false;
            return Done{};
        }
        if (present.empty())
            continue;
        Key& back = history.keys[newest(history, present)];
        back.wanted = true;
        back.roll_asked = false;
        back.kept = lifetime_is_over(back, policy, now);
        fresh.wanted = false;
        return Done{};
    }
    if (leaves_by_policy(history))
        return Fault{FaultClass::refused,
                     "no roll of that role can be taken back, but an edited policy replaces keys: "
                     "put the policy back as it was, and those that are still there are taken "
                     "again"};
    return Fault{FaultClass::refused,
                 "no roll of that role is under way, or its old key may not come back (it is "
                 "withdrawn, or in an emergency roll); start a new roll with `kaspar key roll` "
                 "instead"};
}

void give_up(History& history, const Policy& policy, KeySet keys, Departure departure) {
    for (const KeyIndex index : keys) {
        Key& key = history.keys[index];
        key.departure = std::max(key.departure, departure);
        key.may_return = false;
        if (key.wanted && !key.standby && matches_any(key, policy))
            key.roll_asked = true;
        else
            key.wanted = false;
    }
}

}  // namespace kaspar::enforcer

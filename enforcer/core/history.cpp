#include "enforcer/core/history.h"

#include <algorithm>

namespace kaspar::enforcer {

namespace {

/// No cache should keep a record for longer, whatever its TTL is (RFC 8767 §4).
constexpr Duration longest_cached = std::chrono::days{7};

Window opened(Time since, Duration ttl) {
    return {since, ttl, std::nullopt, std::nullopt};
}

/// From `at` on the version is served with `ttl`. A larger TTL until then is remembered as long as
/// a cache may count it down.
void serve_with(Window& window, Duration ttl, Duration delay, Time at) {
    if (ttl < window.ttl) {
        const Time cached_until = at + window.ttl + delay;
        if (!window.floor || *window.floor < cached_until)
            window.floor = cached_until;
    }
    window.ttl = ttl;
}

/// The version was last served at `at`: caches may hold it for its TTL and the propagation delay
/// more (RFC 7583 §3.1).
void close(Window& window, Duration delay, Time at) {
    window.until = at + window.ttl + delay;
    if (window.floor && *window.floor > *window.until)
        window.until = window.floor;
}

/// A version that comes back while caches still hold it goes on; what they hold from before counts.
void reopen(Window& window, Duration ttl) {
    if (window.until && (!window.floor || *window.floor < *window.until))
        window.floor = window.until;
    window.until.reset();
    window.ttl = std::max(window.ttl, ttl);
}

template <typename Versions, typename Same>
auto* find_version(Versions& versions, Same same) {
    const auto found = std::find_if(versions.begin(), versions.end(), same);
    return found == versions.end() ? nullptr : &*found;
}

void open_ds(History& history, KeySet keys, Duration ttl, Time now) {
    auto* known =
        find_version(history.ds, [&](const DsVersion& version) { return version.keys == keys; });
    if (known == nullptr)
        history.ds.push_back({keys, opened(now, ttl)});
    else if (!known->window.open())
        reopen(known->window, ttl);
}

DnskeyVersion& open_dnskey(History& history, KeySet keys, KeySet signers, Duration ttl, Time now) {
    auto* known = find_version(history.dnskey, [&](const DnskeyVersion& version) {
        return version.keys == keys && version.signers == signers;
    });
    if (known == nullptr) {
        history.dnskey.push_back({keys, signers, opened(now, ttl)});
        return history.dnskey.back();
    }
    if (!known->window.open())
        reopen(known->window, ttl);
    return *known;
}

DataVersion& open_data(History& history, KeySet signers, Duration ttl, Time now) {
    auto* known = find_version(
        history.data, [&](const DataVersion& version) { return version.signers == signers; });
    if (known == nullptr) {
        history.data.push_back({signers, opened(now, ttl)});
        return history.data.back();
    }
    if (!known->window.open())
        reopen(known->window, ttl);
    return *known;
}

/// The signer sets that an RRset with signatures by `from` can come to carry under `next`: for each
/// algorithm wanted it has the new signatures, or, where one key signs alone, an old one by a key
/// that is still published stands in until it comes due. That may be so although the RRset had one
/// by the key itself: that one can come due first.
std::vector<KeySet> on_the_way(const History& history, KeySet from, const Arrangement& next) {
    std::vector<KeySet> sets{KeySet{}};
    KeySet left = next.zone_signers;
    while (!left.empty()) {
        const auto algorithm = history.keys[*left.begin()].algorithm;
        const KeySet fresh = with_algorithm(history, next.zone_signers, algorithm);
        left = left - fresh;
        KeySet stand_ins;
        if (fresh.size() == 1)
            stand_ins = with_algorithm(history, from & next.dnskey, algorithm) - fresh;
        const std::size_t count = sets.size();
        for (std::size_t i = 0; i < count; ++i) {
            for (const KeyIndex key : stand_ins)
                sets.push_back(sets[i] | KeySet::of(key));
            sets[i] |= fresh;
        }
    }
    return sets;
}

void add_once(std::vector<KeySet>& sets, KeySet set) {
    if (std::find(sets.begin(), sets.end(), set) == sets.end())
        sets.push_back(set);
}

bool shows_what_is_gone(const History& history, const Observation& seen) {
    return seen.everywhere && seen.generation == history.generation;
}

/// While some servers lag behind, or what was instructed since may be published, a larger TTL
/// counts and a smaller one does not yet.
Duration ttl_now(const History& history, const Window& window, Duration ttl,
                 const Observation& seen) {
    return shows_what_is_gone(history, seen) ? ttl : std::max(ttl, window.ttl);
}

void record_dnskey(History& history, const Observation& seen, const Policy& policy) {
    const Duration ttl = std::max(policy.dnskey_ttl, seen.dnskey_ttl);
    const Duration delay = policy.zone_propagation_delay;
    auto& now_served = open_dnskey(history, seen.dnskey, seen.dnskey_signers, ttl, seen.published);
    serve_with(now_served.window, ttl_now(history, now_served.window, ttl, seen), delay,
               seen.published);
    if (!shows_what_is_gone(history, seen))
        return;

    const Arrangement& instructed = history.arrangement;
    for (auto& version : history.dnskey) {
        const bool served = version.keys == seen.dnskey && version.signers == seen.dnskey_signers;
        const bool pending =
            version.keys == instructed.dnskey && version.signers == instructed.dnskey_signers;
        if (served || pending || !version.window.open())
            continue;
        // That there is no DNSKEY is cached as long as any negative answer (RFC 2308 §5).
        if (version.keys.empty())
            version.window.ttl = std::max(version.window.ttl, seen.negative_ttl);
        close(version.window, delay, seen.published);
    }
}

void record_data(History& history, const Observation& seen, const Policy& policy) {
    const Duration ttl = std::max({policy.max_ttl, seen.largest_ttl, seen.negative_ttl});
    const Duration delay = policy.zone_propagation_delay;
    for (const KeySet signers : seen.data_signers) {
        Window& window = open_data(history, signers, ttl, seen.published).window;
        serve_with(window, ttl_now(history, window, ttl, seen), delay, seen.published);
    }
    if (!shows_what_is_gone(history, seen))
        return;

    std::vector<KeySet> served = seen.data_signers;
    for (const KeySet from : seen.data_signers)
        for (const KeySet set : on_the_way(history, from, history.arrangement))
            add_once(served, set);
    for (auto& version : history.data) {
        if (!version.window.open())
            continue;
        if (std::find(served.begin(), served.end(), version.signers) != served.end())
            continue;
        close(version.window, delay, seen.published);
    }
}

/// A key is active from when it is seen doing all its role asks for: signing the zone, and signing
/// the DNSKEY RRset as the key that the parent has or is asked to have.
void note_active(History& history, const Observation& seen) {
    KeySet signing;
    for (const KeySet signers : seen.data_signers)
        signing |= signers;
    for (KeyIndex i = 0; i < history.keys.size(); ++i) {
        Key& key = history.keys[i];
        if (key.active_since)
            continue;
        const bool entry = seen.dnskey_signers.contains(i) &&
                           (history.arrangement.ds.contains(i) || history.arrangement.ds.empty());
        const bool zone = history.arrangement.zone_signers.contains(i) && seen.dnskey.contains(i) &&
                          (signing.contains(i) || seen.generation == history.generation);
        if ((!signs_dnskey(key.role) || entry) && (!signs_zone(key.role) || zone))
            key.active_since = seen.published;
    }
}

template <typename Version>
void drop_ended(std::vector<Version>& versions, Duration margin, Time now) {
    std::erase_if(versions,
                  [&](const Version& version) { return !version.window.live(now, margin); });
}

template <typename Versions>
void note_ends(const Versions& versions, const Policy& policy, Time now,
               std::optional<Time>& next) {
    const Duration margin = std::max(policy.publish_safety, policy.retire_safety);
    for (const auto& version : versions) {
        if (!version.window.until)
            continue;
        for (const Duration after : {Duration{0}, policy.publish_safety, margin}) {
            const Time end = *version.window.until + after;
            if (end > now && (!next || end < *next))
                next = end;
        }
    }
}

/// Calls visit(window) for the window of every version of a history, constant or not.
template <typename SomeHistory, typename Visit>
void for_each_window(SomeHistory& history, Visit visit) {
    for (auto& version : history.ds)
        visit(version.window);
    for (auto& version : history.dnskey)
        visit(version.window);
    for (auto& version : history.data)
        visit(version.window);
}

void no_later(std::optional<Time>& time, Time latest) {
    if (time)
        time = std::min(*time, latest);
}

}  // namespace

KeySet with_algorithm(const History& history, KeySet keys, Algorithm algorithm) {
    KeySet found;
    for (const KeyIndex key : keys)
        if (history.keys[key].algorithm == algorithm)
            found.insert(key);
    return found;
}

History begin(const Policy& policy, Time now) {
    History history;
    open_ds(history, {}, policy.ds_ttl, now);
    open_dnskey(history, {}, {}, policy.dnskey_ttl, now);
    open_data(history, {}, policy.max_ttl, now);
    return history;
}

void record(History& history, const Observation& seen, const Policy& policy) {
    record_dnskey(history, seen, policy);
    record_data(history, seen, policy);
    if (seen.everywhere)
        note_active(history, seen);
}

std::vector<KeySet> possible_ds(const History& history, KeySet asked) {
    std::vector<KeySet> sets;
    for (const auto& version : history.ds) {
        if (!version.window.open())
            continue;
        // Records are added and removed one by one, in any order; but never all before the first
        // new.
        const KeySet kept = version.keys & asked;
        for_each_subset((version.keys | asked) - kept, [&](KeySet changing) {
            const KeySet set = kept | changing;
            if (set.empty() && !asked.empty() && !version.keys.empty())
                return;
            add_once(sets, set);
        });
    }
    return sets;
}

std::vector<KeySet> possible_data(const History& history, const Arrangement& next) {
    std::vector<KeySet> sets;
    for (const auto& version : history.data)
        if (version.window.open())
            for (const KeySet set : on_the_way(history, version.signers, next))
                add_once(sets, set);
    return sets;
}

void instruct(History& history, const Arrangement& next, const Policy& policy, Time now) {
    if (next.ds != history.arrangement.ds) {
        for (const KeySet keys : possible_ds(history, next.ds))
            open_ds(history, keys, policy.ds_ttl, now);
        history.ds_asked = now;
        history.said_seen = history.said_gone = {};
    }
    open_dnskey(history, next.dnskey, next.dnskey_signers, policy.dnskey_ttl, now);
    for (const KeySet signers : possible_data(history, next))
        open_data(history, signers, policy.max_ttl, now);
    history.arrangement = next;
}

void ds_seen(History& history, KeySet keys, const Policy& policy, Time when) {
    for (auto& version : history.ds)
        if (version.window.open() && !keys.is_subset_of(version.keys))
            close(version.window, policy.parent_propagation_delay, when);
}

void ds_gone(History& history, KeySet keys, const Policy& policy, Time when) {
    for (auto& version : history.ds)
        if (version.window.open() && !(keys & version.keys).empty())
            close(version.window, policy.parent_propagation_delay, when);
}

bool ds_found(History& history, KeySet keys, const Policy& policy, Time when) {
    const auto same = [&](const DsVersion& version) { return version.keys == keys; };
    const auto* known = find_version(history.ds, same);
    if (known != nullptr && known->window.open())
        return false;
    open_ds(history, keys, policy.ds_ttl, when);
    find_version(history.ds, same)->window.since = when;
    return true;
}

void adopt(History& history, const Observation& seen, KeySet ds, const Policy& policy, Time now) {
    record(history, seen, policy);
    open_ds(history, ds, policy.ds_ttl, now);
    for (auto& version : history.ds)
        if (version.window.open() && version.keys != ds)
            close(version.window, policy.parent_propagation_delay, now);
    KeySet signers;
    for (const KeySet set : seen.data_signers)
        signers |= set;
    instruct(history, {ds, seen.dnskey, seen.dnskey_signers, signers}, policy, now);
    distrust_time(history, policy, now);
}

Duration longest_held(const History& history, const Policy& policy) {
    Duration ttl = std::max({policy.dnskey_ttl, policy.max_ttl, policy.ds_ttl});
    for_each_window(history, [&](const Window& window) { ttl = std::max(ttl, window.ttl); });
    return ttl + std::max(policy.zone_propagation_delay, policy.parent_propagation_delay) +
           std::max(policy.publish_safety, policy.retire_safety);
}

std::optional<Time> stands_until(const History& history, const Policy& policy, Time now) {
    if (!history.last_event || *history.last_event <= now)
        return std::nullopt;
    const Time since = std::min(history.set_back.value_or(now), now);
    const Time until = std::min(*history.last_event, since + longest_held(history, policy));
    return until > now ? std::optional(until) : std::nullopt;
}

void take_setback(History& history, Time now) {
    for_each_window(history, [&](Window& window) {
        window.since = std::min(window.since, now);
        no_later(window.floor, now + longest_cached);
        no_later(window.until, now + longest_cached);
    });
    for (Key& key : history.keys) {
        key.created = std::min(key.created, now);
        no_later(key.active_since, now);
    }
    no_later(history.last_event, now);
    no_later(history.ds_asked, now);
    no_later(history.unknown_until, now);
    history.set_back.reset();
}

void distrust_time(History& history, const Policy& policy, Time now) {
    const Time until = now + longest_held(history, policy);
    history.unknown_until = std::max(history.unknown_until.value_or(until), until);
}

KeySet ds_undecided(const History& history) {
    std::optional<KeySet> in_all;
    KeySet in_any;
    for (const auto& version : history.ds) {
        if (!version.window.open())
            continue;
        in_all = in_all ? *in_all & version.keys : version.keys;
        in_any |= version.keys;
    }
    return in_any - in_all.value_or(KeySet{});
}

History as_published(const History& history) {
    History published = history;
    const auto is_closed = [](const auto& version) { return !version.window.open(); };
    std::erase_if(published.ds, is_closed);
    std::erase_if(published.dnskey, is_closed);
    std::erase_if(published.data, is_closed);
    return published;
}

KeySet ds_awaited(const History& history) {
    KeySet surely = history.arrangement.ds;
    for (const auto& version : history.ds)
        if (version.window.open())
            surely = surely & version.keys;
    return history.arrangement.ds - surely;
}

KeySet ds_to_go(const History& history) {
    KeySet possibly;
    for (const auto& version : history.ds)
        if (version.window.open())
            possibly |= version.keys;
    return possibly - history.arrangement.ds;
}

void follow_policy(History& history, const Policy& policy, Time now) {
    for (auto& version : history.ds)
        if (version.window.open())
            serve_with(version.window, policy.ds_ttl, policy.parent_propagation_delay, now);
    // The zone's own TTLs change when the signer publishes them; until then only a larger one
    // counts.
    for (auto& version : history.dnskey)
        if (version.window.open())
            version.window.ttl = std::max(version.window.ttl, policy.dnskey_ttl);
    for (auto& version : history.data)
        if (version.window.open())
            version.window.ttl = std::max(version.window.ttl, policy.max_ttl);
}

void forget(History& history, const Policy& policy, Time now) {
    const Duration margin = std::max(policy.publish_safety, policy.retire_safety);
    drop_ended(history.ds, margin, now);
    drop_ended(history.dnskey, margin, now);
    drop_ended(history.data, margin, now);
}

std::optional<Time> next_end(const History& history, const Policy& policy, Time now) {
    std::optional<Time> next;
    note_ends(history.ds, policy, now, next);
    note_ends(history.dnskey, policy, now, next);
    note_ends(history.data, policy, now, next);
    return next;
}

KeySet renumbered(KeySet keys, KeySet removed) {
    KeySet numbered;
    for (const KeyIndex key : keys - removed) {
        KeyIndex before = 0;
        for (const KeyIndex gone : removed)
            before += gone < key ? 1 : 0;
        numbered.insert(key - before);
    }
    return numbered;
}

void remove_keys(History& history, KeySet removed) {
    const auto renumber = [&](KeySet& keys) { keys = renumbered(keys, removed); };
    for (auto& version : history.ds)
        renumber(version.keys);
    for (auto& version : history.dnskey) {
        renumber(version.keys);
        renumber(version.signers);
    }
    for (auto& version : history.data)
        renumber(version.signers);
    for (KeySet* part :
         {&history.arrangement.ds, &history.arrangement.dnskey, &history.arrangement.dnskey_signers,
          &history.arrangement.zone_signers, &history.said_seen, &history.said_gone})
        renumber(*part);
    KeyIndex position = 0;
    std::erase_if(history.keys, [&](const Key&) { return removed.contains(position++); });
}

}  // namespace kaspar::enforcer

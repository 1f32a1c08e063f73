#include "enforcer/core/key_state.h"

namespace kaspar::enforcer {

namespace {

/// `margin` is what the policy adds before something new counts as being in all caches.
template <typename Versions, typename Holds>
RecordState state(const Versions& versions, bool in_newest, Holds holds, Duration margin,
                  Time now) {
    bool in_all = true, in_any = false;
    for (const auto& version : versions) {
        const bool held = holds(version);
        if (version.window.live(now, margin) && !held)
            in_all = false;
        if (version.window.live(now) && held)
            in_any = true;
    }
    if (in_newest)
        return in_all ? RecordState::omnipresent : RecordState::rumoured;
    return in_any ? RecordState::unretentive : RecordState::hidden;
}

}  // namespace

KeyStates key_states(const History& history, KeyIndex key, const Policy& policy, Time now) {
    const Role role = history.keys[key].role;
    const Arrangement& newest = history.arrangement;
    KeyStates states{RecordState::not_applicable, RecordState::not_applicable,
                     RecordState::not_applicable, RecordState::not_applicable};
    states.dnskey = state(
        history.dnskey, newest.dnskey.contains(key),
        [&](const DnskeyVersion& v) { return v.keys.contains(key); }, policy.publish_safety, now);
    if (signs_dnskey(role)) {
        states.ds = state(
            history.ds, newest.ds.contains(key),
            [&](const DsVersion& v) { return v.keys.contains(key); }, Duration{0}, now);
        states.dnskey_signature = state(
            history.dnskey, newest.dnskey_signers.contains(key),
            [&](const DnskeyVersion& v) { return v.signers.contains(key); }, policy.publish_safety,
            now);
    }
    if (signs_zone(role))
        states.zone_signatures = state(
            history.data, newest.zone_signers.contains(key),
            [&](const DataVersion& v) { return v.signers.contains(key); }, Duration{0}, now);
    return states;
}

KeyStates goal_states(const Key& key) {
    const auto where = [&](bool has, bool used) {
        return !has                 ? RecordState::not_applicable
               : key.wanted && used ? RecordState::omnipresent
                                    : RecordState::hidden;
    };
    return {where(signs_dnskey(key.role), !key.standby), where(true, true),
            where(signs_dnskey(key.role), !key.standby), where(signs_zone(key.role), !key.standby)};
}

std::string_view word(RecordState state) {
    switch (state) {
        case RecordState::hidden:
            return "hidden";
        case RecordState::rumoured:
            return "rumoured";
        case RecordState::omnipresent:
            return "omnipresent";
        case RecordState::unretentive:
            return "unretentive";
        case RecordState::not_applicable:
            return "na";
    }
    return "";
}

bool is_out_of_use(const History& history, KeyIndex key, const Policy& policy, Time now) {
    if (history.keys[key].wanted || history.arrangement.all().contains(key))
        return false;
    const auto absent = [](RecordState s) {
        return s == RecordState::hidden || s == RecordState::not_applicable;
    };
    const KeyStates states = key_states(history, key, policy, now);
    return absent(states.ds) && absent(states.dnskey) && absent(states.dnskey_signature) &&
           absent(states.zone_signatures);
}

KeySet leaving_play(const History& history, const Policy& policy, Time now) {
    KeySet remembered = history.arrangement.all();
    for (const auto& version : history.ds)
        remembered |= version.keys;
    for (const auto& version : history.dnskey)
        remembered |= version.keys | version.signers;
    for (const auto& version : history.data)
        remembered |= version.signers;
    KeySet leaving;
    for (KeyIndex i = 0; i < history.keys.size(); ++i)
        if (!remembered.contains(i) && is_out_of_use(history, i, policy, now))
            leaving.insert(i);
    return leaving;
}

}  // namespace kaspar::enforcer

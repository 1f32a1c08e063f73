// The words that people know for where a key's records are, derived from the versions and stored
// nowhere: hidden = in no live version; rumoured = in the newest, but not in all live ones;
// omnipresent = in all; unretentive = in an older live one, not in the newest.
#pragma once

#include <array>
#include <string_view>

#include "enforcer/core/history.h"

namespace kaspar::enforcer {

enum class RecordState { hidden, rumoured, omnipresent, unretentive, not_applicable };

struct KeyStates {
    RecordState ds, dnskey, dnskey_signature, zone_signatures;

    bool operator==(const KeyStates&) const = default;
};

/// One of a key's records, as people and as JSON call it.
struct KeyRecord {
    std::string_view name;  ///< "DNSKEY signature"
    std::string_view word;  ///< "dnskey_signature"
    RecordState KeyStates::*state;
    KeySet Arrangement::*arranged;  ///< the keys that are to have it
};
inline constexpr std::array key_records{
    KeyRecord{"DS", "ds", &KeyStates::ds, &Arrangement::ds},
    KeyRecord{"DNSKEY", "dnskey", &KeyStates::dnskey, &Arrangement::dnskey},
    KeyRecord{"DNSKEY signature", "dnskey_signature", &KeyStates::dnskey_signature,
              &Arrangement::dnskey_signers},
    KeyRecord{"zone signatures", "zone_signatures", &KeyStates::zone_signatures,
              &Arrangement::zone_signers},
};

KeyStates key_states(const History& history, KeyIndex key, const Policy& policy, Time now);

/// Where a key's records are to end.
KeyStates goal_states(const Key& key);

/// "hidden", …, "na".
std::string_view word(RecordState state);

/// True if no live version holds the key and none is asked to: it may be purged.
bool is_out_of_use(const History& history, KeyIndex key, const Policy& policy, Time now);

/// Keys that nothing holds any more, not even a version that is only kept for its margin (those
/// that are over are forgotten already).
KeySet leaving_play(const History& history, const Policy& policy, Time now);

}  // namespace kaspar::enforcer

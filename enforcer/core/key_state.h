// The words that people know for where a key's records are, derived from the versions and stored
// nowhere: hidden = in no live version; rumoured = in the newest, but not in all live ones;
// omnipresent = in all; unretentive = in an older live one, not in the newest.
#pragma once

#include <string_view>

#include "enforcer/core/history.h"

namespace kaspar::enforcer {

enum class RecordState { hidden, rumoured, omnipresent, unretentive, not_applicable };

struct KeyStates {
    RecordState ds, dnskey, dnskey_signature, zone_signatures;

    bool operator==(const KeyStates&) const = default;
};

KeyStates key_states(const History& history, KeyIndex key, const Policy& policy, Time now);

/// "hidden", …, "na".
std::string_view word(RecordState state);

/// True if no live version holds the key and none is asked to: it may be purged.
bool is_out_of_use(const History& history, KeyIndex key, const Policy& policy, Time now);

}  // namespace kaspar::enforcer

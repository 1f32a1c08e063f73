// What the core remembers of a zone (enforcer/core/history.h), out of the database and back into
// it. Only keys in play are loaded: those that are wanted, arranged somewhere, or in a version that
// a cache may hold.
#pragma once

#include "enforcer/core/history.h"
#include "enforcer/store/keys.h"
#include "enforcer/store/zones.h"

namespace kaspar::enforcer {

/// A zone's history, and beside each of its keys the row that it came from.
struct Remembered {
    History history;
    std::vector<StoredKey> rows;  ///< rows[i] is history.keys[i]

    /// The position of the key with this public key (never by tag).
    std::optional<KeyIndex> position_of(const PublicKey& key) const;
    std::optional<KeyIndex> position_of_fingerprint(std::string_view fingerprint) const;
};

/// Fault: state if a row that the history refers to, or one of its versions, is missing: that is
/// never taken for "no key yet" or "in no cache".
Result<Remembered> load_history(Database& database, const Zone& zone);

/// Writes the history back; keys that are in `out_of_use` leave play at `now`.
Outcome save_history(Database& database, const Zone& zone, const Remembered& remembered,
                     KeySet out_of_use, Time now);

}  // namespace kaspar::enforcer

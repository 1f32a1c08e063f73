// Keys that are made and that no zone uses yet: made ahead for coming rolls, imported, or waiting
// to be backed up or copied to another key store. A roll takes one of these before a new key is
// made.
#pragma once

#include "enforcer/core/plan.h"
#include "enforcer/enforcement.h"
#include "enforcer/store/keys.h"

namespace kaspar::enforcer {

/// True if one of the key's stores wants a backup before the key is used, and there is none yet.
bool awaits_backup(const Configuration& configuration, const StoredKey& key);

/// The stores that should hold a key that is being made, and do not list it yet or are not there
/// now. Fault: key, io.
Result<std::vector<std::string>> stores_without(const Enforcement& with, const StoredKey& key);

/// What keeps the zone's keys in waiting from use, for the core: absent for a kind of key of which
/// one may be used.
Result<std::vector<PendingKey>> pending_keys(const Enforcement& with, const Zone& zone,
                                             const Policy& policy);

/// Takes a key that was made ahead for `zone`, after it has proven itself in every store, in the
/// transaction that is open. False: there is none that fits. Fault: key, io, absent.
Result<bool> take_reserved_key(const Enforcement& with, const Zone& zone, const Policy& policy,
                               const MakeKey& make);

}  // namespace kaspar::enforcer

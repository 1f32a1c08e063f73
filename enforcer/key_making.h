// Making keys so that a crash at any point leaves nothing unknown: the row is durable before the
// key store is asked, the key proves itself before the row says "ready" (design promise 5).
#pragma once

#include "enforcer/core/plan.h"
#include "enforcer/enforcement.h"
#include "enforcer/store/keys.h"

namespace kaspar::enforcer {

/// Writes the row of a key to be made, in the transaction that is open; `reserved`: made ahead.
Result<StoredKey> announce_key(const Enforcement& with, const Zone& zone, const Policy& policy,
                               const MakeKey& make, bool reserved = false);

/// A key that its key store has already, made by others: its row, in the transaction that is open,
/// as if its store had just made it, for the reserve. Refused if its tag is like another's of the
/// zone, or if a zone has it already. Fault: key, io, absent.
Result<StoredKey> adopt_key(const Enforcement& with, const Zone& zone, const Policy& policy,
                            std::size_t slot, const std::string& locator);

/// Where the policy shares keys: takes a key of another zone of the policy for `zone`, after it has
/// proven itself, in the transaction that is open. False: there is none that fits. Fault: key, io.
Result<bool> take_shared_key(const Enforcement& with, const Zone& zone, const Policy& policy,
                             const MakeKey& make);

/// Makes an announced key, or finishes one that was interrupted, outside any transaction: in the
/// first of its key stores, until its tag is like no other of its zone, with and without the REVOKE
/// bit. Once all of its stores have it, it proves itself in each, and is marked ready; until then
/// it stays announced, with its public half on record. Where a store wants a backup first it goes
/// into the reserve. Fault: key, io, absent, input: the row stays announced.
Outcome make_announced_key(const Enforcement& with, const Zone& zone, StoredKey key);

/// True if a resolver could take one for the other: tags with and without the REVOKE bit.
bool tags_clash(const Dnskey& a, const Dnskey& b);

/// Has a key prove itself in every store that is to hold it. Fault: key, io, absent.
Outcome prove_everywhere(const Enforcement& with, const StoredKey& key);

/// Finishes or discards the keys of a zone that a crash left announced.
Outcome finish_interrupted_keys(const Enforcement& with, const Zone& zone);

/// That every store of every key lists it. Fault: key, naming the first one that is missing.
Outcome check_presence(const Enforcement& with, const std::vector<StoredKey>& keys);

/// That every key can be opened and is the one on record. Fault: key, io.
Outcome check_readable(const Enforcement& with, const std::vector<StoredKey>& keys);

}  // namespace kaspar::enforcer

// The keys of zones as rows: where each lives, what it is, and whether it is being made, ready or
// purged. What the core thinks of a key is in remembered.h.
#pragma once

#include "common/values/dnskey.h"
#include "enforcer/core/history.h"
#include "enforcer/store/database.h"

namespace kaspar::enforcer {

enum class KeyProgress {
    generating,  ///< its row is durable; its key store may or may not hold it
    ready,       ///< made and proven
    purged,      ///< destroyed in its key stores
};

/// How far a key's backup is (kaspar key backup). A key that is made between prepare and commit is
/// in no backup, and so stays at `none`.
enum class Backup { none, prepared, done };

struct StoredKey {
    std::int64_t id = 0;
    std::int64_t zone = 0;
    std::string locator;
    std::vector<std::string> keystores;
    Role role = Role::csk;
    Algorithm algorithm = Algorithm::ecdsap256sha256;
    unsigned bits = 256;
    std::uint16_t flags = flag_zone | flag_sep;
    std::optional<Dnskey> dnskey;  ///< absent while it is being made
    KeyProgress progress = KeyProgress::generating;
    Time created;
    bool wanted = true, standby = false, may_return = false, roll_asked = false, kept = false;
    Departure departure = Departure::orderly;
    std::optional<Time> active_since;
    std::optional<Time> out_of_use_since;  ///< out of play since then
    bool reserved = false;                 ///< made ahead of need, or not yet backed up
    Backup backup = Backup::none;
};

std::string_view word(KeyProgress progress);
std::string_view word(Departure departure);
std::string_view word(Backup backup);
std::optional<Role> role_from_text(std::string_view text);

/// DNSKEY flags of a role: 256 for a zsk, 257 for the others (RFC 4034 §2.1.1, RFC 3757).
std::uint16_t flags_of(Role role);

/// All keys of a zone, oldest first.
Result<std::vector<StoredKey>> keys_of(Database& database, std::int64_t zone);

/// All keys of all zones that are made and not destroyed.
Result<std::vector<StoredKey>> ready_keys(Database& database);

/// Inserts a key in the state `generating` and sets its id.
Outcome insert_key(Database& database, StoredKey& key);

/// Writes down the public half of a key that is `generating`: its first key store has made it.
/// Refused (state) if the key is not being made any more.
Outcome note_public_half(Database& database, const StoredKey& key);

/// `generating` → `ready`. Refused as note_public_half().
Outcome complete_key(Database& database, const StoredKey& key);

/// Keys of the zone's own, or of all zones of its policy, that are made and that no zone uses yet:
/// reserved ones, and those still missing in some key store. Oldest first.
Result<std::vector<StoredKey>> keys_in_waiting(Database& database, std::int64_t zone,
                                               bool of_policy);

/// Puts a reserved key into play.
Outcome take_into_use(Database& database, std::int64_t id, bool standby, Time now);

/// Moves the backup state of all keys in `store` that are in state `from`, and has the enforcer
/// look at their zones; how many there were.
Result<std::int64_t> move_backup(Database& database, const std::string& store, Backup from,
                                 Backup to);

/// Has the enforcer look at the zone of a key.
Outcome flag_zone_of(Database& database, std::int64_t key);

/// Keys, not purged, that the store holds.
Result<std::vector<StoredKey>> keys_in_store(Database& database, const std::string& store);

/// The keys that a zone may share, best first: of other zones with its policy, ready and in use
/// there as `like` is to be, never had by the zone of `like`, given up in an emergency by nobody,
/// and not older than the key of its kind that the zone uses. Standby keys come oldest first: the
/// oldest is used next.
Result<std::vector<StoredKey>> keys_to_share(Database& database, const StoredKey& like);

/// Inserts the row of a key that another zone has already, as `ready`, and sets its id.
Outcome insert_shared_key(Database& database, StoredKey& key);

/// The names of other zones whose keys have this locator, the first 20; removed zones and those
/// that purged it are left out.
Result<std::vector<std::string>> zones_sharing(Database& database, const StoredKey& key);

/// True if another row, of whatever zone, still needs the key in its store.
Result<bool> is_held_elsewhere(Database& database, const StoredKey& key);

/// Forgets a key that was never made.
Outcome discard_key(Database& database, std::int64_t id);

/// `ready` → `purged`.
Outcome mark_purged(Database& database, std::int64_t id);

/// A key's row as it is now. Absent: it is gone.
Result<std::optional<StoredKey>> find_key(Database& database, std::int64_t id);

/// Takes all keys of a zone out of play, also those that are still being made.
Outcome put_out_of_use(Database& database, std::int64_t zone, Time now);

/// The zones that have keys being made and not given up.
Result<std::vector<std::int64_t>> zones_making_keys(Database& database);

/// Brings a key back into play that was out of use.
Outcome bring_back(Database& database, std::int64_t id);

/// Keys that are out of play and not purged yet, of all zones.
Result<std::vector<StoredKey>> keys_out_of_use(Database& database);

/// Sets of ids and lists of names as the database keeps them: JSON arrays.
std::string json_list(const std::vector<std::string>& names);
std::vector<std::string> list_from_json(const std::string& text);

}  // namespace kaspar::enforcer

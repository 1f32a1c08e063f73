// What the enforcer remembers of one zone: its keys, what is instructed, and every version of the
// DS set, the DNSKEY RRset and the data's signatures that a cache may hold, with its window. The
// core's input and, through the functions below, its only mutable state. No I/O; every time is
// handed in.
//
// Versions start when they are instructed (from then on the signer may publish them at any moment)
// and are closed when a report, or for the DS the operator or the parent, shows that they are gone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "enforcer/core/key_set.h"
#include "enforcer/core/policy.h"

namespace kaspar::enforcer {

/// How a key that is no longer wanted leaves.
enum class Departure {
    orderly,    ///< by the policy's method and safety margins
    emergency,  ///< its private half may be known: by the shortest sequence that is safe
    unsafe,     ///< a person's word, in spite of caches: only what is published must validate
};

struct Key {
    std::int64_t id = 0;  ///< the store's number; 0 in tests that have no store
    Role role;
    Algorithm algorithm;
    unsigned bits;
    std::vector<std::string> keystores;
    std::uint16_t tag = 0;  ///< a label for people
    Time created;

    bool wanted = true;       ///< its goal: to be in use, or to leave
    bool standby = false;     ///< published ahead of need, not used
    bool may_return = false;  ///< left because the policy changed, so a change back takes it again
    bool roll_asked = false;  ///< a person asked for its successor
    bool kept = false;        ///< a person took the roll back that its lifetime asked for
    Departure departure = Departure::orderly;
    std::optional<Time> active_since;  ///< when it took over, as reported
    std::string name = {};             ///< of a key that is only foreseen: "new zsk 1"; else empty
};

/// A key that is made and may not be used yet, as somebody must copy or back it up before. The
/// policy's line that wants such a key waits for it; no other is made in its place.
struct PendingKey {
    Role role;
    Algorithm algorithm;
    unsigned bits;
    std::vector<std::string> keystores;
    std::uint16_t tag;
    std::string why;  ///< what it waits for, and what a person is to do
};

/// Which keys are where, as asked for: DS at the parent, DNSKEY RRset, its signers, the data's
/// signers (D, K, S, Z in rollover tables).
struct Arrangement {
    KeySet ds, dnskey, dnskey_signers, zone_signers;

    bool operator==(const Arrangement&) const = default;
    KeySet all() const { return ds | dnskey | dnskey_signers | zone_signers; }
};

/// How long a version may be met in a cache.
struct Window {
    Time since;                 ///< from when it may have been published
    Duration ttl;               ///< the largest TTL with which it is published now
    std::optional<Time> floor;  ///< a cache may hold it until then from times of a larger TTL
    std::optional<Time> until;  ///< no cache holds it after that; absent: it is or may be published

    bool open() const { return !until; }
    bool live(Time now, Duration margin = {}) const { return open() || *until + margin > now; }
};

struct DsVersion {
    KeySet keys;
    Window window;
};

struct DnskeyVersion {
    KeySet keys, signers;
    Window window;
};

struct DataVersion {
    KeySet signers;  ///< of one RRset; empty: unsigned
    Window window;
};

struct History {
    std::vector<Key> keys;
    Arrangement arrangement;    ///< as instructed last
    std::vector<DsVersion> ds;  ///< open ones: what the parent may have now
    std::vector<DnskeyVersion> dnskey;
    std::vector<DataVersion> data;
    std::uint64_t generation = 0;       ///< of the last instruction; 0: none yet
    std::optional<Time> last_event;     ///< nothing is moved at an earlier time
    std::optional<Time> set_back;       ///< since when the clock stands before it
    std::optional<Time> ds_asked;       ///< since when the parent's DS set is to be arrangement.ds
    std::optional<Time> unknown_until;  ///< caches may hold until then what the windows do not show
    KeySet said_seen, said_gone;        ///< DS of which a person said so since then, where the
                                        ///< policy wants the parent's servers to show it, too
    bool paused = false;
    bool approved = false;  ///< a person approved the next roll
    std::vector<PendingKey> pending;
};

/// A zone that Kaspar has just been given: caches hold unsigned data, no DNSKEY, no DS.
History begin(const Policy& policy, Time now);

/// What a report says that was published, in positions of History::keys.
struct Observation {
    std::uint64_t generation;
    Time published;
    KeySet dnskey, dnskey_signers;
    std::vector<KeySet> data_signers;  ///< every set that occurs
    Duration dnskey_ttl, largest_ttl, negative_ttl;
    bool everywhere = true;  ///< false: some of the zone's servers may serve what was before
};

/// Takes in a report. Windows of versions that it shows to be gone start at `published`; only a
/// report on the latest instruction shows that, and only if all servers of the zone serve it.
void record(History& history, const Observation& seen, const Policy& policy);

/// Makes `next` the arrangement asked for; opens the versions that may now come to be.
void instruct(History& history, const Arrangement& next, const Policy& policy, Time now);

/// The operator's or the parent check's word that the parent has (no longer has) the DS of `keys`.
void ds_seen(History& history, KeySet keys, const Policy& policy, Time when);
void ds_gone(History& history, KeySet keys, const Policy& policy, Time when);

/// A server of the parent serves the DS of `keys`, and no others of this zone's: if no version was
/// open that says so, one is from now on, and the result is true.
bool ds_found(History& history, KeySet keys, const Policy& policy, Time when);

/// After a time that is not remembered (a backup was put back): what is served now, and the DS that
/// the parent has, are taken as the arrangement, whatever was instructed. Caches may hold what was
/// served in between, so nothing moves before they cannot.
void adopt(History& history, const Observation& seen, KeySet ds, const Policy& policy, Time now);

/// The longest time for which any cache can hold anything of the zone, with the policy's margins.
Duration longest_held(const History& history, const Policy& policy);

/// The clock stands before the last event: until when nothing is moved. Either it is wrong now, and
/// is set right before; or it was wrong then, and the zone goes on by it once no cache can hold
/// anything from before it was set back. Absent: it does not stand there, or that time has come.
std::optional<Time> stands_until(const History& history, const Policy& policy, Time now);

/// The clock was set back: what is remembered to lie ahead of it has happened by now. Only how long
/// caches hold what was served with larger TTLs once is not known of that time: a week, then.
void take_setback(History& history, Time now);

/// The clock may have run ahead of the time that passed: nothing moves before no cache can hold
/// what is published.
void distrust_time(History& history, const Policy& policy, Time now);

/// Keys of which open versions differ: the parent may or may not have their DS.
KeySet ds_undecided(const History& history);

/// What servers may answer now, without what only caches hold.
History as_published(const History& history);

/// Keys whose DS the parent is asked to have, but may not have yet; and the reverse.
KeySet ds_awaited(const History& history);
KeySet ds_to_go(const History& history);

/// Lets a policy's changed TTLs act on what is published: a larger one at once, a smaller one once
/// caches cannot hold the larger (design promise 4).
void follow_policy(History& history, const Policy& policy, Time now);

/// Drops versions that no cache can hold, not even with the policy's safety margins.
void forget(History& history, const Policy& policy, Time now);

/// When a remembered version leaves the caches next, with and without the policy's margins: the
/// next time at which states change or keys leave play. Absent: none will.
std::optional<Time> next_end(const History& history, const Policy& policy, Time now);

/// Keys of `keys` as they are numbered once those in `removed` are no longer in the history.
KeySet renumbered(KeySet keys, KeySet removed);

/// Takes keys out of the history that no version and no arrangement holds.
void remove_keys(History& history, KeySet removed);

/// The versions that an arrangement could add to those that are open now.
std::vector<KeySet> possible_ds(const History& history, KeySet asked);
std::vector<KeySet> possible_data(const History& history, const Arrangement& next);

/// Those of `keys` that have `algorithm`.
KeySet with_algorithm(const History& history, KeySet keys, Algorithm algorithm);

}  // namespace kaspar::enforcer

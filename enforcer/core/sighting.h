// What the parent's servers show of a zone's DS set, judged: what every one of them has, what none
// of them has, and what nobody asked for. Pure: the answers are handed in. Silence never counts
// (design promise 3), and a set that nobody asked for is told and makes waits longer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/values/dnskey.h"
#include "enforcer/core/history.h"

namespace kaspar::enforcer {

/// One server's answer.
struct ServerView {
    std::string server;                 ///< "ns.parent.example (192.0.2.1)"
    std::optional<std::vector<Ds>> ds;  ///< absent: it gave no answer that counts
    Duration ttl{0};                    ///< with which it serves them; 0 if there are none
    std::string trouble = {};           ///< why it does not count
    bool silent = false;                ///< nothing came at all; else what came is doubtful
    bool resolver = false;              ///< a validating one: what it says may come from a cache
};

/// The records that each key of the history would have, by every digest type that is known.
using DsOfKeys = std::vector<std::vector<Ds>>;

struct Sighting {
    bool counts = false;       ///< enough servers answered, and none has what nobody asked for
    KeySet everywhere;         ///< every server that answered has all that the policy wants of them
    KeySet nowhere;            ///< no server that answered has any record of them
    std::vector<KeySet> sets;  ///< that servers serve, each once
    Duration ttl{0};           ///< the largest with which a server serves them
    std::vector<std::string> silences;   ///< who gave no answer that counts, and why
    std::vector<Ds> foreign;             ///< records that belong to no key of the zone
    std::vector<std::string> strangers;  ///< who has which of them
};

/// Compares exactly: tag, algorithm, digest type and digest.
Sighting judge(std::span<const ServerView> servers, const DsOfKeys& known, const Policy& policy);

struct ParentNews {
    KeySet seen, gone;               ///< what was asked of the parent, and is confirmed now
    std::vector<KeySet> unforeseen;  ///< sets that a server has and that nobody asked for
};

/// Lets a sighting of `when` act. A set that a server serves and that was not thought possible is
/// remembered as a version from now on; what every server has, or none has, confirms what was
/// asked of the parent, with a person's word where the policy wants both.
ParentNews take_in(History& history, const Sighting& sighting, const Policy& policy, Time when);

}  // namespace kaspar::enforcer

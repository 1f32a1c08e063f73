// Watching a zone's own servers, where the policy lists them: what was published counts as
// published everywhere only once each of them serves it. It makes waits longer, never shorter.
#pragma once

#include "common/formats/report.h"
#include "enforcer/core/policy.h"
#include "enforcer/enforcement.h"
#include "enforcer/store/server_answers.h"

namespace kaspar::enforcer {

/// Asks the servers of all zones that are due for it, keeps the answers, and has a zone looked at
/// once all of its servers serve what was reported last. Fault: state, io.
Outcome watch_zones(const Enforcement& with);

struct WatchedZone {
    Zone zone;
    Policy policy;
    Publication published;
};

/// The answers of the zones' servers to the questions for serial and DNSKEY RRset, zone by zone.
std::vector<std::vector<ServerAnswer>> ask_zone_servers(const Enforcement& with,
                                                        std::span<const WatchedZone> zones);

/// True if nobody is to be asked, or all serve that publication or a later one.
bool is_propagated(const Zone& zone, const Policy& policy, const Publication& published);

/// How the zone's servers lag behind, in words; empty if they do not.
std::string lag_words(const std::vector<ServerAnswer>& answers);

}  // namespace kaspar::enforcer

// Asking the servers of zones' parents for the DS set, and what their answers come to. Asks every
// address directly (RD=0) and wants authority (AA); a validating resolver, where one is configured,
// must have it as secure, too (AD).
#pragma once

#include "enforcer/dns/lookup.h"
#include "enforcer/enforcement.h"
#include "enforcer/store/remembered.h"
#include "enforcer/store/server_answers.h"

namespace kaspar::enforcer {

struct ZoneToAsk {
    const Zone& zone;
    const Policy& policy;
};

/// The answers of all servers of all these zones' parents, zone by zone. A parent whose servers
/// cannot be found is one server that did not answer.
std::vector<std::vector<ServerAnswer>> ask_parents(const Enforcement& with,
                                                   std::span<const ZoneToAsk> zones);

/// What a reply to the question for a zone's DS set comes to.
ServerAnswer read_ds_answer(const Name& zone, ServerRole role, std::string server, Time at,
                            const Result<Answer>& answer);

/// Configured, or the system's.
std::vector<ServerAddress> resolvers_of(const Configuration& configuration);

/// The records that each of the zone's keys would have at the parent, by every known digest type.
DsOfKeys ds_of_keys(const Name& zone, const Remembered& remembered);

}  // namespace kaspar::enforcer

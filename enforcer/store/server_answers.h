// The last answers of the name servers that were asked about a zone: those of its parent, the
// resolver, and the zone's own.
#pragma once

#include "enforcer/core/sighting.h"
#include "enforcer/store/zones.h"

namespace kaspar::enforcer {

enum class ServerRole { parent, resolver, zone };

struct ServerAnswer {
    ServerRole role;
    std::string server;  ///< "ns.example (192.0.2.1)"
    Time at;
    std::optional<std::string> content;  ///< DS records, one a line, or a serial; absent: none that
                                         ///< counts
    Duration ttl{0};
    std::string trouble = {};  ///< why it does not count
    Time since = {};           ///< since when it answers so; set by the store
    bool silent = false;       ///< nothing came at all
};

std::string_view word(ServerRole role);

/// Puts these answers in the place of all earlier ones by servers of these roles.
Outcome replace_answers(Database& database, std::int64_t zone,
                        const std::vector<ServerAnswer>& answers,
                        std::initializer_list<ServerRole> roles);

/// Of one zone, by role and server.
Result<std::vector<ServerAnswer>> answers_about(Database& database, std::int64_t zone);

/// What servers of the parent and the resolver said of the DS set, for judge().
std::vector<ServerView> parent_views(const std::vector<ServerAnswer>& answers);

/// DS records as the table keeps them, and back. Fault: state.
std::string ds_text(const std::vector<Ds>& records);

/// Has the enforcer ask the zone's parent at its next pass.
Outcome ask_parent_soon(Database& database, std::int64_t zone, Time now);

/// The zones whose parent, or whose own servers, are to be asked by now: those that have waited
/// longest, no more than one pass should ask for.
Result<std::vector<std::int64_t>> zones_to_ask_parent(Database& database, Time now);
Result<std::vector<std::int64_t>> zones_to_watch(Database& database, Time now);

}  // namespace kaspar::enforcer

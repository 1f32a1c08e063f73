// Finding the servers of the zone above, by asking a resolver.
#pragma once

#include "enforcer/dns/exchange.h"

namespace kaspar::enforcer {

struct NamedServer {
    std::string name;                      ///< "ns.example (192.0.2.1)", or only the address
    std::optional<ServerAddress> address;  ///< absent: its name has none
};

struct ZoneServers {
    Name zone;
    std::vector<NamedServer> servers;  ///< every address of every name server
};

/// Those of /etc/resolv.conf.
std::vector<ServerAddress> system_resolvers();

/// The zone that delegates `zone`, and its servers. Fault: io if no resolver answers; refused if
/// `zone` is the root, nothing above it can be found, or what is has more than 32 name servers.
Result<ZoneServers> find_parent(const Name& zone, const std::vector<ServerAddress>& resolvers);

/// The addresses of these hosts, by name: 16 of each at most. One that has more, or of which not
/// all could be found, is there once more without an address, so that it counts as not heard.
std::vector<NamedServer> addresses_of(const std::vector<Name>& hosts,
                                      const std::vector<ServerAddress>& resolvers);

/// `name` without its first label; the root stays.
Name above(const Name& name);

/// To each question the answer of the first resolver that gives one. Fault, with what the last one
/// said: io if it said nothing, input if it could not find out.
std::vector<Result<Answer>> resolve_all(const std::vector<Question>& questions,
                                        const std::vector<ServerAddress>& resolvers);

/// The same for one question.
Result<Answer> resolve(const Question& question, const std::vector<ServerAddress>& resolvers);

}  // namespace kaspar::enforcer

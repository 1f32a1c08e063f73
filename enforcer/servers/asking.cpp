#include "enforcer/servers/asking.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "enforcer/servers/inquiry.h"

namespace kaspar::enforcer {

namespace {

ServerAnswer no_answer(ServerRole role, std::string server, Time at, const Fault& fault) {
    return {role,        std::move(server), at, std::nullopt,
            Duration{0}, fault.words,       at, fault.kind == FaultClass::io};
}

Fault doubtful(std::string words) {
    return {FaultClass::input, std::move(words)};
}

/// Who says that there is no DS must say so for the zone above (RFC 4035 §3.1.4.1): a server of the
/// zone itself knows of none, whatever the parent has.
std::string doubt_of_absence(const Name& zone, const Answer& answer) {
    if (!answer.answer.empty())
        return "gives records of something else";
    for (const Record& record : answer.authority) {
        if (record.type != rrtype::soa)
            continue;
        return record.owner != zone && zone.is_within(record.owner)
                   ? ""
                   : "answers for the zone itself, and not for its parent";
    }
    return "gives no DS, and does not say for which zone it speaks (no SOA)";
}

std::string doubt(const Name& zone, ServerRole role, const Answer& answer) {
    if (answer.rcode == rcode::name_error)
        return "says that there is no " + zone.text();
    if (answer.rcode != rcode::no_error)
        return "answers " + rcode_word(answer.rcode);
    if (role == ServerRole::resolver)
        return answer.authenticated ? "" : "does not have the answer as secure (AD)";
    if (!answer.authoritative)
        return "answers without authority (AA)";
    return answer.records(zone, rrtype::ds).empty() ? doubt_of_absence(zone, answer) : "";
}

/// The servers of the parents of many zones; each parent is looked up once.
class Parents {
  public:
    explicit Parents(std::vector<ServerAddress> resolvers) : resolvers_(std::move(resolvers)) {}

    Result<std::vector<NamedServer>> servers_of(const ZoneToAsk& asked) {
        if (!asked.policy.parent_servers.empty()) {
            std::vector<NamedServer> listed;
            for (const ServerAddress& server : asked.policy.parent_servers)
                listed.push_back({server.text(), server});
            return listed;
        }
        const Name next = above(asked.zone.name);
        auto known = found_.find(next);
        if (known == found_.end() && unreachable_)
            return Fault(*unreachable_);
        if (known == found_.end()) {
            known = found_.emplace(next, find_parent(asked.zone.name, resolvers_)).first;
            if (!known->second.ok() && known->second.fault().kind == FaultClass::io)
                note_silence(known->second.fault());
        }
        if (!known->second.ok())
            return Fault(known->second.fault());
        return known->second->servers;
    }

  private:
    /// The servers of one parent may be what is silent, but each takes seconds.
    void note_silence(const Fault& fault) {
        const auto root = resolve({Name::from_text(".").value(), rrtype::ns, true}, resolvers_);
        const bool resolver_is_silent = !root.ok() && root.fault().kind == FaultClass::io;
        if (++silences_ == most_silences || resolver_is_silent)
            unreachable_ = fault;
    }

    static constexpr unsigned most_silences = 8;  ///< in a round
    std::vector<ServerAddress> resolvers_;
    std::map<Name, Result<ZoneServers>> found_;
    unsigned silences_ = 0;
    std::optional<Fault> unreachable_;  ///< no resolver answers: not asked again in this round
};

/// Where the answers about one zone go. Name and list stay where they are until all are taken.
struct AboutZone {
    const Name& zone;
    Time now;
    std::vector<ServerAnswer>& answers;
};

void ask_server(Inquiry& inquiry, const AboutZone& about, ServerRole role,
                const NamedServer& server) {
    const auto take = [about, role, name = server.name](const Result<Answer>& answer) {
        about.answers.push_back(read_ds_answer(about.zone, role, name, about.now, answer));
    };
    if (server.address)
        inquiry.add(*server.address, {about.zone, rrtype::ds, role == ServerRole::resolver}, take);
    else
        take(Fault{FaultClass::io, "its name has no address"});
}

void ask_parent(Inquiry& inquiry, const AboutZone& about,
                const Result<std::vector<NamedServer>>& servers) {
    if (!servers.ok())
        return about.answers.push_back(
            no_answer(ServerRole::parent, "the parent's servers", about.now,
                      {servers.fault().kind,
                       servers.fault().words + "; or list them in the policy (parent.servers)"}));
    for (const NamedServer& server : *servers)
        ask_server(inquiry, about, ServerRole::parent, server);
}

}  // namespace

std::vector<std::vector<ServerAnswer>> ask_parents(const Enforcement& with,
                                                   std::span<const ZoneToAsk> zones) {
    const Configuration& configuration = with.configuration;
    Parents parents(resolvers_of(configuration));
    Inquiry inquiry(configuration);
    std::vector<std::vector<ServerAnswer>> answers(zones.size());
    for (std::size_t i = 0; i < zones.size(); ++i) {
        const AboutZone about{zones[i].zone.name, with.now, answers[i]};
        ask_parent(inquiry, about, parents.servers_of(zones[i]));
        if (configuration.resolvers_validate)
            for (const ServerAddress& resolver : configuration.resolvers)
                ask_server(inquiry, about, ServerRole::resolver, {resolver.text(), resolver});
    }
    // What was served may have been changed before the last answer was read.
    const Time end = with.now + inquiry.run();
    for (auto& of_zone : answers)
        for (ServerAnswer& answer : of_zone)
            answer.at = answer.since = end;
    return answers;
}

ServerAnswer read_ds_answer(const Name& zone, ServerRole role, std::string server, Time at,
                            const Result<Answer>& answer) {
    if (!answer.ok())
        return no_answer(role, std::move(server), at, answer.fault());
    if (std::string trouble = doubt(zone, role, *answer); !trouble.empty())
        return no_answer(role, std::move(server), at, doubtful(std::move(trouble)));
    std::vector<Ds> records;
    Duration ttl{0};
    for (const Record& record : answer->records(zone, rrtype::ds)) {
        auto ds = Ds::from_rdata(record.rdata);
        if (!ds.ok())
            return no_answer(role, std::move(server), at, doubtful("gives " + ds.fault().words));
        records.push_back(std::move(ds).value());
        ttl = std::max(ttl, record.ttl);
    }
    std::sort(records.begin(), records.end());
    return {role, std::move(server), at, ds_text(records), ttl, "", at};
}

std::vector<ServerAddress> resolvers_of(const Configuration& configuration) {
    return configuration.resolvers.empty() ? system_resolvers() : configuration.resolvers;
}

DsOfKeys ds_of_keys(const Name& zone, const Remembered& remembered) {
    DsOfKeys known;
    for (const StoredKey& row : remembered.rows) {
        auto& of_key = known.emplace_back();
        for (const DigestFacts& digest : digest_types())
            of_key.push_back(make_ds(zone, *row.dnskey, digest.number));
    }
    return known;
}

}  // namespace kaspar::enforcer

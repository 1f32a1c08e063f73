#include "enforcer/servers/asking.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/system/secret.h"

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
        if (known == found_.end())
            known = found_.emplace(next, find_parent(asked.zone.name, resolvers_)).first;
        if (!known->second.ok() && known->second.fault().kind == FaultClass::io)
            unreachable_ = known->second.fault();
        if (!known->second.ok())
            return Fault(known->second.fault());
        return known->second->servers;
    }

  private:
    std::vector<ServerAddress> resolvers_;
    std::map<Name, Result<ZoneServers>> found_;
    std::optional<Fault> unreachable_;  ///< no resolver answers: not asked again in this round
};

/// All questions of a round, and to whose answers each leads.
class Questions {
  public:
    Questions(const Enforcement& with, std::size_t zones) : with_(with), answers_(zones) {}

    void add(std::size_t zone, const Name& name, ServerRole role, const NamedServer& server) {
        if (!server.address)
            return put(zone, no_answer(role, server.name, with_.now,
                                       {FaultClass::io, "its name has no address"}));
        auto key = tsig_key(with_.configuration, server.address->tsig_key);
        if (!key.ok())
            return put(zone, no_answer(role, server.name, with_.now, key.fault()));
        askings_.push_back({*server.address,
                            {name, rrtype::ds, role == ServerRole::resolver},
                            std::move(key).value()});
        about_.push_back({zone, name, role, server.name});
    }

    void put(std::size_t zone, ServerAnswer answer) { answers_[zone].push_back(std::move(answer)); }

    std::vector<std::vector<ServerAnswer>> ask_all() {
        const Stopwatch asked;
        const auto replies = ask(askings_);
        for (std::size_t i = 0; i < replies.size(); ++i)
            put(about_[i].zone, read_ds_answer(about_[i].name, about_[i].role, about_[i].server,
                                               with_.now, replies[i]));
        // What was served then may have been changed before the answers were read.
        for (auto& of_zone : answers_)
            for (ServerAnswer& answer : of_zone)
                answer.at = answer.since = with_.now + asked.elapsed();
        return std::move(answers_);
    }

  private:
    struct About {
        std::size_t zone;
        Name name;
        ServerRole role;
        std::string server;
    };
    const Enforcement& with_;
    std::vector<Asking> askings_;
    std::vector<About> about_;
    std::vector<std::vector<ServerAnswer>> answers_;
};

}  // namespace

std::vector<std::vector<ServerAnswer>> ask_parents(const Enforcement& with,
                                                   std::span<const ZoneToAsk> zones) {
    const auto resolvers = resolvers_of(with.configuration);
    Parents parents(resolvers);
    Questions questions(with, zones.size());
    for (std::size_t i = 0; i < zones.size(); ++i) {
        const Name& name = zones[i].zone.name;
        const auto servers = parents.servers_of(zones[i]);
        if (!servers.ok())
            questions.put(i, no_answer(ServerRole::parent, "the parent's servers", with.now,
                                       {servers.fault().kind,
                                        servers.fault().words +
                                            "; or list them in the policy (parent.servers)"}));
        else
            for (const NamedServer& server : *servers)
                questions.add(i, name, ServerRole::parent, server);
        if (with.configuration.resolvers_validate)
            for (const ServerAddress& resolver : with.configuration.resolvers)
                questions.add(i, name, ServerRole::resolver, {resolver.text(), resolver});
    }
    return questions.ask_all();
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

Result<std::optional<TsigKey>> tsig_key(const Configuration& configuration,
                                        const std::string& name) {
    if (name.empty())
        return std::optional<TsigKey>{};
    const auto found = configuration.tsig_keys.find(name);
    if (found == configuration.tsig_keys.end())
        return Fault{FaultClass::input,
                     fmt::format("there is no TSIG key \"{}\" under \"tsig_keys\" in {}", name,
                                 configuration.file.string())};
    KASPAR_TRY(Secret secret, read_secret(found->second.secret, "Secret of TSIG key " + name));
    return std::optional(
        TsigKey{name, found->second.algorithm, std::make_shared<const Secret>(std::move(secret))});
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

#include "enforcer/dns/lookup.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <fstream>
#include <sstream>

namespace kaspar::enforcer {

namespace {

constexpr std::size_t ipv4_octets = 4, ipv6_octets = 16;

/// What a parent's own answers may have us ask: each server that is silent takes seconds.
constexpr std::size_t most_hosts = 32, most_addresses = 16;

std::optional<ServerAddress> address_in(const Record& record) {
    const std::size_t octets = record.type == rrtype::a ? ipv4_octets : ipv6_octets;
    const int family = record.type == rrtype::a ? AF_INET : AF_INET6;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (record.rdata.size() != octets ||
        inet_ntop(family, record.rdata.data(), text.data(), text.size()) == nullptr)
        return std::nullopt;
    return ServerAddress{text.data()};
}

std::vector<Name> hosts_in(const std::vector<Record>& records) {
    std::vector<Name> hosts;
    for (const Record& record : records)
        if (auto name = Name::from_wire(record.rdata); name.ok())
            hosts.push_back(std::move(name).value());
    return hosts;
}

/// Only what there is or is not. A resolver that could not find out has at least answered.
Result<Answer> resolved(const Result<Answer>& reply, const ServerAddress& resolver) {
    if (reply.ok() && (reply->rcode == rcode::no_error || reply->rcode == rcode::name_error))
        return reply;
    return Fault{reply.ok() ? FaultClass::input : FaultClass::io,
                 fmt::format("resolver {}: {}", resolver.text(),
                             reply.ok() ? rcode_word(reply->rcode) : reply.fault().words)};
}

/// An alias on the way changes the owner, so every address in the answer counts.
void add_addresses(const Name& host, const std::vector<Record>& records,
                   std::vector<NamedServer>& servers) {
    for (const Record& record : records) {
        if (record.type != rrtype::a && record.type != rrtype::aaaa)
            continue;
        if (const auto address = address_in(record))
            servers.push_back({fmt::format("{} ({})", host.text(), address->text()), address});
    }
}

}  // namespace

std::vector<ServerAddress> system_resolvers() {
    std::vector<ServerAddress> found;
    std::ifstream file("/etc/resolv.conf");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string keyword, address;
        if (!(words >> keyword >> address) || keyword != "nameserver")
            continue;
        if (auto server = ServerAddress::from_text(address); server.ok())
            found.push_back(std::move(server).value());
    }
    return found;
}

Name above(const Name& name) {
    if (name.is_root())
        return name;
    const BytesView wire = name.wire();
    auto rest = Name::from_wire(wire.subspan(wire[0] + std::size_t{1}));
    require(rest.ok(), "a name without its first label is a name");
    return std::move(rest).value();
}

std::vector<Result<Answer>> resolve_all(const std::vector<Question>& questions,
                                        const std::vector<ServerAddress>& resolvers) {
    std::vector<Result<Answer>> answers(
        questions.size(),
        Fault{FaultClass::io,
              "no resolver is known; name one under \"resolvers\" in the configuration"});
    for (const ServerAddress& resolver : resolvers) {
        std::vector<Asking> askings;
        std::vector<std::size_t> about;
        for (std::size_t i = 0; i < questions.size(); ++i)
            if (!answers[i].ok()) {
                askings.push_back({resolver, questions[i], std::nullopt});
                about.push_back(i);
            }
        const auto replies = ask(askings);
        for (std::size_t i = 0; i < replies.size(); ++i)
            answers[about[i]] = resolved(replies[i], resolver);
    }
    return answers;
}

Result<Answer> resolve(const Question& question, const std::vector<ServerAddress>& resolvers) {
    return std::move(resolve_all({question}, resolvers)[0]);
}

std::vector<NamedServer> addresses_of(const std::vector<Name>& hosts,
                                      const std::vector<ServerAddress>& resolvers) {
    std::vector<Question> questions;
    for (const Name& host : hosts)
        for (const std::uint16_t type : {rrtype::a, rrtype::aaaa})
            questions.push_back({host, type, true});
    const auto answers = resolve_all(questions, resolvers);
    std::vector<NamedServer> servers;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const std::size_t before = servers.size();
        std::string trouble;
        for (const auto& answer : {answers[2 * i], answers[2 * i + 1]})
            if (answer.ok())
                add_addresses(hosts[i], answer->answer, servers);
            else
                trouble = ": " + answer.fault().words;
        if (servers.size() > before + most_addresses) {
            trouble = fmt::format(": has {} addresses; at most {} of a server are asked",
                                  servers.size() - before, most_addresses);
            servers.resize(before + most_addresses);
        }
        if (servers.size() == before || !trouble.empty())
            servers.push_back({hosts[i].text() + trouble, std::nullopt});
    }
    return servers;
}

Result<ZoneServers> find_parent(const Name& zone, const std::vector<ServerAddress>& resolvers) {
    for (Name name = zone; !name.is_root();) {
        name = above(name);
        KASPAR_TRY(const Answer answer, resolve({name, rrtype::ns, true}, resolvers));
        const auto hosts = hosts_in(answer.records(name, rrtype::ns));
        if (hosts.size() > most_hosts)
            return Fault{FaultClass::refused,
                         fmt::format("{} has {} name servers; at most {} are asked", name.text(),
                                     hosts.size(), most_hosts)};
        if (!hosts.empty())
            return ZoneServers{name, addresses_of(hosts, resolvers)};
    }
    return Fault{
        FaultClass::refused,
        fmt::format("no zone above {} can be found through the resolvers (\"resolvers\" in "
                    "the configuration)",
                    zone.text())};
}

}  // namespace kaspar::enforcer

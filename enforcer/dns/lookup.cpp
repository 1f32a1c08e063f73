#include "enforcer/dns/lookup.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <fstream>
#include <sstream>

namespace kaspar::enforcer {

namespace {

constexpr std::size_t ipv4_octets = 4, ipv6_octets = 16;

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

Result<Answer> resolve(const Question& question, const std::vector<ServerAddress>& resolvers) {
    if (resolvers.empty())
        return Fault{FaultClass::io,
                     "no resolver is known; name one under \"resolvers\" in the configuration"};
    std::string words;
    for (const ServerAddress& resolver : resolvers) {
        const Asking asking{resolver, question, std::nullopt};
        auto answers = ask({&asking, 1});
        if (answers[0].ok() &&
            (answers[0]->rcode == rcode::no_error || answers[0]->rcode == rcode::name_error))
            return std::move(answers[0]);
        words +=
            fmt::format("{}resolver {}: {}", words.empty() ? "" : "; ", resolver.text(),
                        answers[0].ok() ? rcode_word(answers[0]->rcode) : answers[0].fault().words);
    }
    return Fault{FaultClass::io, words};
}

std::vector<NamedServer> addresses_of(const std::vector<Name>& hosts,
                                      const std::vector<ServerAddress>& resolvers) {
    std::vector<NamedServer> servers;
    for (const Name& host : hosts) {
        const std::size_t before = servers.size();
        std::string trouble;
        for (const std::uint16_t type : {rrtype::a, rrtype::aaaa}) {
            const auto answer = resolve({host, type, true}, resolvers);
            if (answer.ok())
                add_addresses(host, answer->answer, servers);
            else
                trouble = ": " + answer.fault().words;
        }
        if (servers.size() == before || !trouble.empty())
            servers.push_back({host.text() + trouble, std::nullopt});
    }
    return servers;
}

Result<ZoneServers> find_parent(const Name& zone, const std::vector<ServerAddress>& resolvers) {
    for (Name name = zone; !name.is_root();) {
        name = above(name);
        KASPAR_TRY(const Answer answer, resolve({name, rrtype::ns, true}, resolvers));
        const auto hosts = hosts_in(answer.records(name, rrtype::ns));
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

#include "tests/support/name_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/support/command.h"

namespace kaspar::test {
namespace {

std::string configuration(const std::filesystem::path& folder, std::uint16_t port,
                          const std::vector<ServedZone>& zones) {
    std::string text = fmt::format(
        "server:\n  ip-address: 127.0.0.1\n  port: {}\n  server-count: 1\n  username: \"\"\n"
        "  zonesdir: \"{}\"\n  database: \"\"\n  pidfile: \"{}/pid\"\n  xfrdfile: \"{}/xfrd\"\n"
        "  xfrdir: \"{}\"\n  zonelistfile: \"{}/zones\"\n"
        "remote-control:\n  control-enable: no\n",
        port, folder.string(), folder.string(), folder.string(), folder.string(), folder.string());
    for (const auto& zone : zones)
        text += fmt::format("zone:\n  name: \"{}\"\n  zonefile: \"{}\"\n", zone.name,
                            zone.file.string());
    return text;
}

/// What stands between `before` and `after`, or nothing.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const auto found = text.find(before);
    if (found == text.npos)
        return "";
    const auto start = found + before.size();
    return text.substr(start, text.find(after, start) - start);
}

}  // namespace

NameServer::NameServer(std::vector<ServedZone> zones, const std::string& clauses)
    : zones_(std::move(zones)), port_(free_port()) {
    std::ofstream(folder_ / "nsd.conf") << configuration(folder_.path(), port_, zones_) << clauses;
    start();
}

void NameServer::restart() {
    process_.reset();
    start();
}

void NameServer::start() {
    process_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{"nsd", "-d", "-c", folder_ / "nsd.conf"}, folder_ / "log");
    wait_until(*process_, [&] {
        return std::all_of(zones_.begin(), zones_.end(), [&](const ServedZone& zone) {
            return ask(port_, zone.name, "SOA").has_flag("aa");
        });
    });
}

bool Answer::has_flag(const std::string& flag) const {
    return (" " + flags + " ").find(" " + flag + " ") != std::string::npos;
}

Answer ask(std::uint16_t port, const std::string& name, const std::string& type) {
    const auto said = run({{"dig", "@127.0.0.1", "-p", std::to_string(port), "+dnssec", "+tries=1",
                            "+time=10", "+nocookie", "-q", name, "-t", type}});
    Answer answer;
    answer.status = between(said.output, "status: ", ",");
    answer.flags = between(said.output, ";; flags: ", ";");
    answer.ede = between(said.output, "; EDE: ", "\n");
    answer.records = 0;
    std::istringstream(between(said.output, "ANSWER: ", ",")) >> answer.records;
    answer.everything = said.output + said.errors;
    return answer;
}

}  // namespace kaspar::test

#include "tests/support/resolver.h"

#include <fmt/format.h>

#include <fstream>
#include <ostream>

#include "tests/support/catch.h"

namespace kaspar::test {
namespace {

std::string configuration(const std::filesystem::path& folder, std::uint16_t port,
                          const NameServer& server, const std::string& trust_anchor) {
    std::string text = fmt::format(
        "server:\n  interface: 127.0.0.1\n  port: {}\n  do-ip6: no\n  num-threads: 1\n"
        "  username: \"\"\n  chroot: \"\"\n  directory: \"{}\"\n  pidfile: \"\"\n  use-syslog: no\n"
        "  do-daemonize: no\n  module-config: \"validator iterator\"\n  val-log-level: 2\n"
        "  ede: yes\n  do-not-query-localhost: no\n  trust-anchor: \"{}\"\n"
        "  msg-cache-size: 1m\n  rrset-cache-size: 1m\n  key-cache-size: 1m\n"
        "remote-control:\n  control-enable: no\n",
        port, folder.string(), trust_anchor);
    for (const auto& zone : server.zones())
        text += fmt::format("stub-zone:\n  name: \"{}\"\n  stub-addr: 127.0.0.1@{}\n", zone.name,
                            server.port());
    return text;
}

/// A copy of unbound: Debian's AppArmor profile lets the one in /usr/sbin read nothing but its own
/// folders.
std::filesystem::path unconfined_unbound(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::copy_file("/usr/sbin/unbound", folder / "unbound", error);
    INFO("/usr/sbin/unbound: " << error.message());
    REQUIRE_FALSE(error);
    return folder / "unbound";
}

Security security(const Answer& answer) {
    if (answer.status != "SERVFAIL")
        return answer.has_flag("ad") ? Security::secure : Security::insecure;
    // RFC 8914 §4.7–4.13: Bogus, Signature Expired … NSEC Missing.
    INFO(answer.everything);
    REQUIRE_FALSE(answer.ede.empty());
    const int code = std::stoi(answer.ede);
    REQUIRE(code >= 6);
    REQUIRE(code <= 12);
    return Security::bogus;
}

}  // namespace

Resolver::Resolver(const NameServer& server, const std::string& trust_anchor) : port_(free_port()) {
    const auto file = folder_ / "unbound.conf";
    std::ofstream(file) << configuration(folder_.path(), port_, server, trust_anchor);
    process_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{unconfined_unbound(folder_.path()), "-d", "-c", file},
        folder_ / "log");
    // A name that unbound answers by itself: nothing comes into its cache.
    wait_until(*process_, [&] { return ask(port_, "localhost.", "A").status == "NOERROR"; });
}

Resolution Resolver::resolve(const std::string& name, const std::string& type) {
    const auto answer = ask(port_, name, type);
    INFO(name << " " << type << ":\n" << answer.everything << log());
    REQUIRE_FALSE(answer.status.empty());
    return {security(answer), answer.status, answer.records};
}

std::ostream& operator<<(std::ostream& out, Security security) {
    return out << (security == Security::secure     ? "secure"
                   : security == Security::insecure ? "insecure"
                                                    : "bogus");
}

}  // namespace kaspar::test

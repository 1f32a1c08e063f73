// The programs as services: what they tell the service manager, and what the manager says of their
// units; and the manual pages that are installed with them.
#include <sys/socket.h>
#include <sys/un.h>

#include <fstream>
#include <sstream>

#include "common/system/descriptor.h"
#include "tests/support/catch.h"
#include "tests/support/installation.h"
#include "tests/support/server_process.h"

namespace service_test {

using namespace kaspar;
using namespace kaspar::test;
using std::filesystem::path;

namespace {

constexpr auto enforcer_program = KASPAR_PROGRAMS "/enforcer/kaspar-enforcer";
constexpr auto signer_program = KASPAR_PROGRAMS "/signer/kaspar-signer";

/// The manager's end of $NOTIFY_SOCKET.
class NotifySocket {
  public:
    explicit NotifySocket(const path& name)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(name.string().copy(address.sun_path, sizeof address.sun_path - 1) ==
                name.string().size());
        REQUIRE(::bind(socket_.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) ==
                0);
    }

    /// Everything that was told so far, a line each.
    const std::string& heard() {
        char text[4096];
        for (ssize_t size = 0; (size = ::recv(socket_.number(), text, sizeof text, 0)) > 0;)
            heard_ += std::string(text, static_cast<std::size_t>(size)) + "\n";
        return heard_;
    }

    bool has_heard(const std::string& words, int times = 1) {
        const std::string& all = heard();
        std::size_t at = 0;
        for (; times > 0 && (at = all.find(words, at)) != all.npos; ++at)
            --times;
        return times == 0;
    }

  private:
    Descriptor socket_;
    std::string heard_;
};

std::string content_of(const path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

/// The units, with the programs where they were built.
path units_in(const path& folder) {
    std::filesystem::copy("tools/systemd", folder, std::filesystem::copy_options::recursive);
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".service")
            continue;
        std::string text = content_of(entry.path());
        for (const auto& [from, to] : {std::pair("/usr/bin/kaspar-enforcer", enforcer_program),
                                       std::pair("/usr/bin/kaspar-signer", signer_program)})
            if (const auto at = text.find(from); at != text.npos)
                text.replace(at, std::string(from).size(), to);
        std::ofstream(entry.path()) << text;
    }
    return folder;
}

}  // namespace

TEST_CASE("a service tells that it is ready, what comes next, that it lives, and that it stops",
          "[service]") {
    const Installation site;
    const std::string program = GENERATE(enforcer_program, signer_program);
    INFO(program);
    NotifySocket manager(site / "notify");
    std::optional<ServerProcess> service;
    service.emplace(std::vector<std::string>{"env", "NOTIFY_SOCKET=" + (site / "notify").string(),
                                             "WATCHDOG_USEC=150000", program, "run", "-c",
                                             (site / "kaspar.json").string()},
                    site / "log");
    // More pings than the program's beginning has work for: they come out of the wait.
    wait_until(*service, [&] { return manager.has_heard("WATCHDOG=1", 5); });
    CHECK(manager.has_heard("READY=1"));
    CHECK(manager.has_heard("STATUS=0 zones, next "));
    CHECK_FALSE(manager.has_heard("STOPPING=1"));
    service.reset();
    CHECK(manager.has_heard("STOPPING=1"));
}

TEST_CASE("systemd accepts the units, and finds little that they may do", "[service]") {
    const TempFolder temporary;
    const path units = units_in(temporary / "units");
    const std::map<std::string, std::string> environment{
        {"SYSTEMD_UNIT_PATH", units.string() + ":"}};
    const auto verify = [&](const std::string& unit) {
        return run(
            {{"systemd-analyze", "verify", "--man=no", (units / unit).string()}, environment});
    };
    for (const auto* unit : {"kaspar-enforcer.service", "kaspar-enforcer-once.service",
                             "kaspar-enforcer-once.timer", "kaspar-signer.service"}) {
        INFO(unit);
        const auto verified = verify(unit);
        CHECK(verified.status == 0);
        CHECK(verified.errors == "");
        if (path(unit).extension() == ".timer")
            continue;
        const auto judged = run({{"systemd-analyze", "security", "--offline=true", "--threshold=20",
                                  (units / unit).string()},
                                 environment});
        INFO(judged.output << judged.errors);
        CHECK(judged.status == 0);
    }
}

TEST_CASE("the manual pages tell every command and field, and groff takes them", "[service]") {
    const std::string kaspar = KASPAR_PROGRAMS "/enforcer/kaspar";
    const std::vector<std::tuple<std::string, std::string, std::string>> pages{
        {kaspar, "kaspar", "zone confirm"},
        {kaspar, "kaspar.json", "keystores.NAME.group"},
        {kaspar, "kaspar-policy", "signatures.inception_offset"},
        {enforcer_program, "kaspar-enforcer", "once"},
        {signer_program, "kaspar-signer", "verify"}};
    for (const auto& [program, page, words] : pages) {
        INFO(page);
        const auto printed = run({{program, "--man", page}});
        CHECK(printed.status == 0);
        const auto set =
            run({{"groff", "-ww", "-Kutf8", "-man", "-Tutf8", "-P-cbou"}, {}, printed.output});
        CHECK(set.status == 0);
        CHECK(set.errors == "");
        CHECK(set.output.find(words) != std::string::npos);
    }
}

}  // namespace service_test

// Secrets of a whole life with every kind of key store, looked for in all that the programs say and
// write, in their arguments and environments, and in core files that there must not be.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <regex>
#include <sstream>

#include "common/values/encoding.h"
#include "tests/scenarios/token_site.h"
#include "tests/support/catch.h"
#include "tests/support/server_process.h"

namespace secrets_test {

using namespace kaspar;
using namespace kaspar::test;
using std::filesystem::path;

namespace {

constexpr auto enforcer_program = KASPAR_PROGRAMS "/enforcer/kaspar-enforcer";
constexpr auto signer_program = KASPAR_PROGRAMS "/signer/kaspar-signer";

std::string content_of(const path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

/// What is secret, by name.
struct Secrets {
    std::map<std::string, std::string> texts;

    void check(const std::string& where, const std::string& text) const {
        INFO(where);
        for (const auto& [name, secret] : texts) {
            INFO(name);
            CHECK(text.find(secret) == text.npos);
        }
    }

    void check(const std::string& what, const CommandResult& result) const {
        check(what + ": output", result.output);
        check(what + ": errors", result.errors);
    }

    /// All files below the folder but the secrets' own.
    void check_files(const path& folder, const std::vector<path>& own) const {
        std::size_t checked = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file() ||
                std::find(own.begin(), own.end(), entry.path()) != own.end())
                continue;
            check(entry.path().string(), content_of(entry.path()));
            ++checked;
        }
        CHECK(checked >= 10);
    }
};

/// The first line of a PEM file's base64: of a private key, the key itself.
std::string first_line_of_pem(const std::string& pem) {
    const auto begin = pem.find('\n') + 1;
    return pem.substr(begin, pem.find('\n', begin) - begin);
}

/// Waits until `ready()`, half a minute at most.
void wait_for(const std::function<bool()>& ready) {
    for (int tries = 0; tries < 600 && !ready(); ++tries)
        ::usleep(50'000);
    REQUIRE(ready());
}

/// True once the child that was forked has become the program.
bool runs(pid_t process, const path& program) {
    std::error_code gone;
    const auto file = std::filesystem::read_symlink(fmt::format("/proc/{}/exe", process), gone);
    return file.filename() == program.filename();
}

/// Starts a program in this folder, which may leave a core there. Its errors go to a file "errors".
pid_t start(const std::vector<std::string>& words, const path& folder) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child != 0) {
        wait_for([&] { return runs(child, words[0]); });
        return child;
    }
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_CORE, &unlimited);
    ::signal(SIGQUIT, SIG_DFL);  // a shell's background job ignores it, and so would its children
    std::vector<char*> arguments;
    for (const auto& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    if (::chdir(folder.c_str()) == 0 && std::freopen("errors", "w", stderr) != nullptr)
        ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

/// The value of a field of /proc/PID/status.
std::string status_of(pid_t process, const std::string& field) {
    const auto text = content_of(fmt::format("/proc/{}/status", process));
    std::smatch found;
    const std::regex line("\n" + field + ":\t([^\n]*)");
    return std::regex_search(text, found, line) ? found[1].str() : "";
}

/// The one child of a process's first thread.
pid_t child_of(pid_t process) {
    pid_t child = 0;
    std::istringstream(content_of(fmt::format("/proc/{0}/task/{0}/children", process))) >> child;
    REQUIRE(child > 0);
    return child;
}

bool dumped_core(pid_t process, const path& folder, int signal) {
    REQUIRE(::kill(process, signal) == 0);
    int status = 0;
    REQUIRE(::waitpid(process, &status, 0) == process);
    bool there = false;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        there = there || entry.path().filename().string().starts_with("core");
    return WCOREDUMP(status) || there;
}

/// A zone with a key in a token and one in a file, and the parent's servers asked with TSIG; all
/// that the programs say is searched.
class Life {
  public:
    Life() : site_(key_line("ksk") + "," + key_line("zsk", R"("local")")) {
        texts_["PIN"] = "4711-secret-pin-0815";
        site_.token.set_pin(texts_["PIN"]);
        programs_.write_secret("hsm.pin", texts_["PIN"] + "\n");
        texts_["TSIG"] = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ==";
        programs_.write_secret("tsig", texts_["TSIG"] + "\n");
        texts_["passphrase"] = programs_.read("passphrase");
        texts_["passphrase"].pop_back();
        texts_["enforcer.key"] = first_line_of_pem(programs_.read("state/enforcer.key"));
        configure();
        site_.add_zone();
    }

    void say(const std::vector<std::string>& command) {
        secrets_.check(command[0], programs_.kaspar(command));
    }

    void pass(const std::vector<std::string>& options = {}) {
        secrets_.check("enforcer", programs_.enforcer(options));
        secrets_.check("signer", programs_.signer(options));
        secrets_.check("enforcer", programs_.enforcer(options));
    }

    /// The private numbers of the keys that are in files by now.
    void learn_keys() {
        for (const auto& entry : std::filesystem::directory_iterator(programs_ / "keys")) {
            const auto key =
                run({{"openssl", "pkey", "-in", entry.path().string(), "-passin",
                      "file:" + (programs_ / "passphrase").string(), "-outform", "DER"}});
            const auto at = key.output.find("\x02\x01\x01\x04\x20");  // RFC 5915 §3
            REQUIRE(at != std::string::npos);
            const auto number = key.output.substr(at + 5, 32);
            texts_[entry.path().filename().string()] = number;
            texts_[entry.path().filename().string() + " in hex"] = to_hex(as_bytes(number));
        }
        CHECK(texts_.size() > 4);
    }

    /// Open to others, wrong, missing: each with work for both programs.
    void break_each() {
        for (const auto& file : own_) {
            INFO(file);
            const auto good = content_of(file);
            set_mode(file, 0644);
            try_all();
            set_mode(file, 0600);
            if (file.filename() != "hsm.pin") {  // a token locks itself
                std::ofstream(file) << good.substr(1);
                try_all();
            }
            std::filesystem::remove(file);
            try_all();
            std::ofstream(file) << good;
            set_mode(file, 0600);
        }
    }

    void check_files() const { secrets_.check_files(programs_ / "", own_); }
    void wait() { site_.wait(std::chrono::days(3)); }
    path operator/(const std::string& name) const { return programs_ / name; }
    void verify() const { expect(programs_.verify(zone)); }

  private:
    void configure() {
        auto configuration =
            nlohmann::json::parse(programs_.read("kaspar.json"), nullptr, true, true);
        configuration["tsig_keys"]["transfer"]["secret_file"] = (programs_ / "tsig").string();
        programs_.write("kaspar.json", configuration.dump());
        auto policy = nlohmann::json::parse(programs_.read("policies/test.json"));
        policy["parent"]["servers"] = {fmt::format("127.0.0.1@{} key transfer", free_port())};
        policy["parent"]["confirm"] = "both";
        programs_.write("policies/test.json", policy.dump());
    }

    static void set_mode(const path& file, unsigned mode) {
        std::filesystem::permissions(file, std::filesystem::perms(mode));
    }

    void try_all() {
        site_.change(++names_);
        pass();
        say({"keystore", "test", "hsm"});
        say({"keystore", "test", "local"});
        say({"ds", "check", zone});
    }

    TokenSite site_;
    Installation& programs_ = site_.programs;
    Secrets secrets_;
    std::map<std::string, std::string>& texts_ = secrets_.texts;
    const std::vector<path> own_{programs_ / "hsm.pin", programs_ / "tsig",
                                 programs_ / "passphrase", programs_ / "state/enforcer.key"};
    int names_ = 2;
};

}  // namespace

TEST_CASE("no secret of a life is in anything that the programs say or write", "[attack][secret]") {
    Life life;
    life.pass({"--log", "json"});
    life.verify();
    life.learn_keys();
    life.wait();
    life.pass();
    life.say({"key", "roll", zone, "--role", "zsk"});
    life.pass({"--json"});
    life.learn_keys();
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"ds", "check", zone},
          {"ds", "show", zone},
          {"key", "list", zone},
          {"key", "export", zone},
          {"keystore", "list"},
          {"keystore", "keys", "hsm"},
          {"keystore", "keys", "local"},
          {"status", zone, "--json"},
          {"explain", zone},
          {"log"},
          {"health"},
          {"metrics"},
          {"policy", "show", "test"},
          {"zone", "show", zone},
          {"report", "--html", (life / "report.html").string()},
          {"backup", (life / "backup.tar").string()}})
        life.say(command);
    life.break_each();
    life.check_files();
}

TEST_CASE("a service shows no secret in /proc, leaves no core, and is confined",
          "[attack][secret][confinement]") {
    const Installation site;
    site.write("example.org", zone_of(2));
    site.add_zone("example.org", "lab");
    expect(site.enforcer());
    const Secrets secrets{
        {{"passphrase", content_of(site / "passphrase").substr(0, 20)},
         {"enforcer.key", first_line_of_pem(content_of(site / "state/enforcer.key"))}}};
    const TempFolder folder;
    const bool is_signer = GENERATE(true, false);
    const int signal = GENERATE(SIGQUIT, SIGABRT, SIGSEGV);
    CAPTURE(is_signer, signal);

    // Such a signal leaves a core of any other process here, or this test would show nothing.
    if (!dumped_core(start({"/bin/sleep", "1000"}, folder.path()), folder.path(), signal))
        return;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        std::filesystem::remove(entry.path());

    const auto service = start({is_signer ? signer_program : enforcer_program, "run", "-c",
                                (site / "kaspar.json").string()},
                               folder.path());
    if (is_signer)
        wait_for([&] { return std::filesystem::exists(site / "example.org.signed"); });
    wait_for([&] { return status_of(service, "SigCgt") != "0000000000000000"; });
    for (const auto* file : {"cmdline", "environ"})
        secrets.check(file, content_of(fmt::format("/proc/{}/{}", service, file)));
    if (is_signer) {
        CHECK(status_of(service, "Seccomp") == "2");
        CHECK(status_of(service, "NoNewPrivs") == "1");
    }
    CHECK_FALSE(dumped_core(service, folder.path(), signal));
}

TEST_CASE("a user without root's rights has private memory and writes files all the same",
          "[attack][secret]") {
    if (::geteuid() != 0)
        return;  // then every other scenario shows it
    constexpr uid_t nobody = 65534;
    const TempFolder folder;
    REQUIRE(::chown(folder.path().c_str(), nobody, nobody) == 0);
    const auto as_nobody = [&](std::vector<std::string> words) {
        words.insert(words.begin(),
                     {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env",
                      "KASPAR_CONFIG=" + (folder / "set-up/kaspar.json").string()});
        expect(run({std::move(words)}));
    };
    const std::string kaspar = KASPAR_PROGRAMS "/enforcer/kaspar";
    std::ofstream(folder / "zone") << zone_of(2);
    as_nobody({kaspar, "init", (folder / "set-up").string()});
    as_nobody({kaspar, "zone", "add", zone, "--policy", "lab", "--input",
               (folder / "zone").string(), "--output", (folder / "signed").string()});
    as_nobody({enforcer_program, "once"});
    as_nobody({signer_program, "once"});
    as_nobody({enforcer_program, "once"});
    as_nobody({signer_program, "verify", (folder / "signed").string(), "--zone", zone});
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
        CHECK_FALSE(entry.path().filename().string().starts_with(".kaspar-"));
}

TEST_CASE("a signer gives up network and programs with keys in a token, too; its workers do not",
          "[attack][confinement][token]") {
    TokenSite site;
    site.programs.set_time(std::nullopt);  // what stays lives by the system's clock
    site.sign_first();
    site.change(3);
    const auto before = site.published();
    const TempFolder folder;
    const auto service = start(
        {signer_program, "run", "-c", (site.programs / "kaspar.json").string()}, folder.path());
    wait_for([&] { return site.published() != before; });
    const auto launcher = child_of(service), worker = child_of(launcher);
    CHECK(runs(launcher, signer_program));
    CHECK(runs(worker, "kaspar-token-worker"));
    CHECK(status_of(service, "Seccomp_filters") == "2");
    CHECK(status_of(launcher, "Seccomp_filters") == "1");
    CHECK(status_of(worker, "Seccomp_filters") == "1");
    CHECK(status_of(worker, "NoNewPrivs") == "1");

    int status = 0;
    REQUIRE(::kill(launcher, SIGTERM) == 0);  // as a whole unit is told to end
    REQUIRE(::kill(service, SIGTERM) == 0);
    REQUIRE(::waitpid(service, &status, 0) == service);
    CHECK(status == 0);
    wait_for([&] { return ::kill(launcher, 0) != 0 && ::kill(worker, 0) != 0; });
}

TEST_CASE("a signer whose workers cannot be started any more says so, and keeps the zone",
          "[attack][confinement][token]") {
    TokenSite site;
    site.programs.set_time(std::nullopt);  // a signature that is due would start a worker before
    site.sign_first();
    const auto before = site.published();
    const TempFolder folder;
    const auto service = start(
        {signer_program, "run", "-c", (site.programs / "kaspar.json").string()}, folder.path());
    wait_for([&] { return status_of(service, "Seccomp_filters") == "2"; });
    REQUIRE(::kill(child_of(service), SIGKILL) == 0);
    site.change(3);
    wait_for([&] {
        return content_of(folder / "errors").find("start this program anew") != std::string::npos;
    });
    CHECK(site.published() == before);
    REQUIRE(::kill(service, SIGTERM) == 0);
    int status = 0;
    REQUIRE(::waitpid(service, &status, 0) == service);
}

}  // namespace secrets_test

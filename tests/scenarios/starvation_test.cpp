// What runs out: space, inodes, the right to write, memory, file descriptors. Whatever it is, the
// program says what, names the file and the remedy, and ends with exit status 1; the last good zone
// stays octet for octet; the database is whole; and when there is enough again, the next pass goes
// on by itself.
#include <fmt/format.h>

#include <functional>
#include <map>
#include <optional>

#include "enforcer/store/database.h"
#include "tests/support/catch.h"
#include "tests/support/installation.h"
#include "tests/support/scarce_disk.h"

namespace starvation_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

const Time start = *parse_rfc3339("2026-11-24T00:00:00Z");

constexpr auto zone_text = R"($TTL 3600
@     SOA  ns.example.net. hostmaster.example.net. 1 3600 900 1209600 600
@     NS   ns.example.net.
www   A    192.0.2.1
)";

/// Zones that were signed a week ago, so that all are due for the signer; and a roll that a person
/// asks for, so that there is work for the enforcer.
class Site : public Installation {
  public:
    explicit Site(int zones = 2) {
        set_time(start);
        std::filesystem::create_directory(*this / "out");
        for (int number = 0; number < zones; ++number)
            add(fmt::format("zone{}.example", number), zone_text);
        expect(enforcer());
        expect(signer());
        expect(enforcer());
        move_to(start + days{8});
    }

    void move_to(Time time) {
        now_ = time;
        set_time(time);
    }

    void add(const std::string& zone, const std::string& text) {
        names_.push_back(zone);
        write(zone, text);
        expect(kaspar({"zone", "add", zone, "--policy", "default", "--input",
                       (*this / zone).string(), "--output", (*this / output_of(zone)).string()}));
    }

    CommandResult ask_roll() const {
        return kaspar({"key", "roll", names_.front(), "--role", "zsk"});
    }

    /// What is published: each zone's file.
    std::map<std::string, std::string> published() const {
        std::map<std::string, std::string> files;
        for (const auto& name : names_)
            files[name] = read(output_of(name));
        return files;
    }

    std::string instruction() const { return read("state/instructions/" + names_.front()); }

    /// Everything goes on as if nothing had been.
    void check_recovery() {
        start_by({});
        {
            auto database = enforcer::Database::open((*this / "state/kaspar.db").string());
            REQUIRE(database.ok());
            CHECK(database->check_integrity().ok());
        }
        const auto before = published();
        expect(enforcer());
        expect(signer());
        expect(enforcer());
        for (const auto& [name, content] : published()) {
            CHECK(content != before.at(name));
            expect(verify_output(name));
        }
        expect(kaspar({"health"}));
    }

    CommandResult verify_output(const std::string& zone) const {
        return run(
            {{KASPAR_PROGRAMS "/signer/kaspar-signer", "verify", (*this / output_of(zone)).string(),
              "--zone", zone, "--at", to_rfc3339(now_), "-c", (*this / "kaspar.json").string()}});
    }

    static std::string output_of(const std::string& zone) { return "out/" + zone + ".signed"; }

  private:
    std::vector<std::string> names_;
    Time now_ = start;
};

/// A zone of so many delegations, of 170 octets each.
std::string with_delegations(int count) {
    std::string text = zone_text;
    for (int number = 0; number < count; ++number)
        text += fmt::format(
            "d{0} NS ns1.provider-{1}.example.net.\nd{0} NS ns2.provider-{1}.example.net.\n"
            "d{0} DS 12345 13 2 {2:064x}\n",
            number, number % 97, number);
    return text;
}

/// The program was not even loaded, as ld.so(8) says.
constexpr int of_loader = 127;

/// True if a program ended for want of memory, and says so: the loader before it, or itself.
bool refuses_for_memory(const CommandResult& ended) {
    INFO(ended.output << ended.errors);
    CHECK((ended.status == 0 || ended.status == 1 || ended.status == of_loader));
    CHECK((ended.status == 0 || !ended.errors.empty()));
    return ended.status != 0;
}

struct Lack {
    const char* what;
    void (ScarceDisk::*take)() const;
    std::string words;
};

const std::vector<Lack> lacks{
    {"space", &ScarceDisk::take_space, "No space left on device; free some"},
    {"inodes", &ScarceDisk::take_inodes, "No space left on device; free some"},
    {"the right to write", &ScarceDisk::make_read_only, "mounted read-only"},
};

/// Each lack once in a test case; absent where no disk can be made scarce.
std::optional<Lack> any_lack() {
    if (!ScarceDisk::possible()) {
        WARN("nothing can be mounted here, so no disk can be scarce");
        return std::nullopt;
    }
    return GENERATE(from_range(lacks));
}

/// Exit status 1, with words that name the file and what helps.
void check_failed(const CommandResult& ended, const std::string& file, const std::string& words) {
    INFO(ended.output << ended.errors);
    CHECK(ended.status == 1);
    CHECK(says(ended, file));
    CHECK(says(ended, words));
}

}  // namespace

TEST_CASE("an output folder that lacks something: the zone stays, and is signed later",
          "[starvation]") {
    const auto lack = any_lack();
    if (!lack)
        return;
    INFO(lack->what);
    Site site;
    const ScarceDisk disk(site / "out");
    const auto before = site.published();
    (disk.*lack->take)();
    check_failed(site.signer(), "out/zone0.example.signed", lack->words);
    CHECK(site.published() == before);
    expect(site.enforcer());
    CHECK(says(site.kaspar({"health"}), lack->words));
    disk.relieve();
    site.check_recovery();
}

TEST_CASE("a state folder that lacks something: nothing is half done, and all goes on later",
          "[starvation]") {
    const auto lack = any_lack();
    if (!lack)
        return;
    INFO(lack->what);
    Site site;
    const ScarceDisk disk(site / "state");
    const auto before = site.published();
    const auto instruction = site.instruction();
    expect(site.ask_roll());
    (disk.*lack->take)();
    check_failed(site.signer(), "state/reports/zone0.example", lack->words);
    CHECK(site.published() == before);
    check_failed(site.enforcer(), "state/", lack->words);
    check_failed(site.ask_roll(), "state/", lack->words);
    CHECK(site.instruction() == instruction);
    disk.relieve();
    site.check_recovery();
    CHECK(site.instruction() != instruction);
}

TEST_CASE("a key store's folder that lacks something: no key is half made", "[starvation]") {
    const auto lack = any_lack();
    if (!lack)
        return;
    INFO(lack->what);
    Site site;
    const ScarceDisk disk(site / "keys");
    expect(site.ask_roll());
    (disk.*lack->take)();
    check_failed(site.enforcer(), "keys/", lack->words);
    expect(site.signer());  // with the keys that there are
    disk.relieve();
    expect(site.enforcer());
    expect(site.signer());
    expect(site.enforcer());
    CHECK(says(site.kaspar({"key", "list", "zone0.example"}), "rumoured"));
}

TEST_CASE("a limit on the size of files is told, and nothing is half written", "[starvation]") {
    Site site;
    const auto before = site.published();
    const auto instruction = site.instruction();
    expect(site.ask_roll());
    site.start_by({"prlimit", "--fsize=1500"});
    const std::string words = "File too large; raise the limit on file sizes";
    check_failed(site.signer(), "out/zone0.example.signed", words);
    CHECK(site.published() == before);
    check_failed(site.enforcer(), "state/kaspar.db", words);
    check_failed(site.ask_roll(), "state/kaspar.db", words);
    CHECK(site.instruction() == instruction);
    site.check_recovery();
}

// ---- File descriptors -------------------------------------------------------------------------

TEST_CASE("too few file descriptors for many zones: each is signed or stays, and none is forgotten",
          "[starvation][limits]") {
    Site site(20);
    const auto before = site.published();
    bool had_enough = false;
    for (int limit = 4; !had_enough; limit += limit < 12 ? 1 : 12) {
        INFO(limit << " descriptors");
        site.start_by({"prlimit", fmt::format("--nofile={}", limit)});
        const auto run = site.signer();
        had_enough = run.status == 0;
        if (!had_enough && run.status != of_loader)
            check_failed(run, "cannot ", "Too many open files; raise the limit on open files");
        for (const auto& [name, content] : site.published()) {
            CHECK(site.report(name).publication);
            if (content != before.at(name))
                expect(site.verify_output(name));
        }
        REQUIRE(limit < 200);
    }
    site.start_by({});
    CHECK(site.published() != before);
}

TEST_CASE("too few file descriptors for the enforcer and for commands", "[starvation][limits]") {
    Site site;
    expect(site.ask_roll());
    bool had_enough = false;
    for (int limit = 4; !had_enough; ++limit) {
        INFO(limit << " descriptors");
        site.start_by({"prlimit", fmt::format("--nofile={}", limit)});
        const std::string words = "Too many open files; raise the limit on open files";
        if (const auto told = site.kaspar({"status"}); told.status != 0 && told.status != of_loader)
            check_failed(told, "cannot ", words);
        const auto pass = site.enforcer();
        had_enough = pass.status == 0;
        if (!had_enough && pass.status != of_loader)
            check_failed(pass, "cannot ", words);
        REQUIRE(limit < 64);
    }
    site.check_recovery();
}

// ---- Memory -----------------------------------------------------------------------------------

TEST_CASE("too little memory for small zones, the enforcer and commands is told",
          "[starvation][limits]") {
    Site site;
    const auto before = site.published();
    expect(site.ask_roll());
    int refused = 0;
    for (int megabytes = 24; megabytes <= 60; megabytes += 3) {
        INFO(megabytes << " MB");
        site.start_by({"prlimit", fmt::format("--as={}", megabytes * 1'000'000)});
        for (const auto& ended : {site.signer(), site.enforcer(), site.kaspar({"status"})})
            refused += refuses_for_memory(ended) ? 1 : 0;
        for (const auto& [name, content] : site.published())
            if (content != before.at(name))
                expect(site.verify_output(name));
    }
    CHECK(refused >= 3);
    site.start_by({});
    site.move_to(start + days{16});
    site.check_recovery();
}

TEST_CASE("a large zone is refused before it is begun where memory does not suffice for it",
          "[starvation][limits]") {
    Site site(0);
    site.add("large.example", with_delegations(20'000));
    expect(site.enforcer());
    expect(site.signer());
    expect(site.enforcer());
    const auto before = site.published();
    site.write("large.example", with_delegations(20'001));
    for (const int megabytes : {20, 45, 60, 75}) {
        INFO(megabytes << " MB");
        site.start_by({"prlimit", fmt::format("--as={}", megabytes * 1'000'000)});
        const auto run = site.signer();
        CHECK(refuses_for_memory(run));
        if (run.status == 1)
            CHECK(says(run, "MB of memory to be signed, and"));
        CHECK(site.published() == before);
    }
    // It is enough, but not for a heap for each thread.
    site.start_by({"prlimit", "--as=120000000"});
    const auto signed_now = site.signer();
    expect(signed_now);
    CHECK(says(signed_now, "4 MB of zone text need about"));
    site.start_by({});
    expect(site.verify_output("large.example"));
}

TEST_CASE("a zone that $GENERATE makes too large for memory is refused, and stops no other",
          "[attack][starvation][limits]") {
    Site site;
    site.add("large.example", std::string(zone_text) + "$GENERATE 1-16777216 h$ A 192.0.2.1\n");
    expect(site.enforcer());
    const auto before = site.published();
    site.start_by({"prlimit", "--as=600000000"});
    const auto run = site.signer();
    CHECK(run.status == 1);
    CHECK(says(run, "$GENERATE at number"));
    CHECK(says(run, "and will take as much again"));
    CHECK(says(run, "give the signer more"));
    for (const std::string name : {"zone0.example", "zone1.example"}) {
        CHECK(site.published().at(name) != before.at(name));
        expect(site.verify_output(name));
    }
    site.write("large.example", zone_text);
    expect(site.signer());
    expect(site.verify_output("large.example"));
}

}  // namespace starvation_test

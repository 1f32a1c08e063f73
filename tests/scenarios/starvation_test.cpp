// What runs out: space, inodes, the right to write, memory, file descriptors. Whatever it is, the
// program says what, names the file and the remedy, and ends with exit status 1; the last good zone
// stays octet for octet; the database is whole; and when there is enough again, the next pass goes
// on by itself.
#include <fmt/format.h>

#include <functional>
#include <map>

#include "enforcer/store/database.h"
#include "tests/support/catch.h"
#include "tests/support/installation.h"
#include "tests/support/scarce_disk.h"

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
        set_time(start + days{8});
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
            expect(kaspar_verify(name));
        }
        expect(kaspar({"health"}));
    }

    CommandResult kaspar_verify(const std::string& zone) const {
        return run({{KASPAR_PROGRAMS "/signer/kaspar-signer", "verify",
                     (*this / output_of(zone)).string(), "--zone", zone, "--at",
                     to_rfc3339(start + days{8}), "-c", (*this / "kaspar.json").string()}});
    }

    static std::string output_of(const std::string& zone) { return "out/" + zone + ".signed"; }

  private:
    std::vector<std::string> names_;
};

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

bool can_be_tried() {
    if (!ScarceDisk::possible())
        WARN("nothing can be mounted here, so no disk can be scarce");
    return ScarceDisk::possible();
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
    if (!can_be_tried())
        return;
    const Lack lack = GENERATE(from_range(lacks));
    INFO(lack.what);
    Site site;
    const ScarceDisk disk(site / "out");
    const auto before = site.published();
    (disk.*lack.take)();
    check_failed(site.signer(), "out/zone0.example.signed", lack.words);
    CHECK(site.published() == before);
    expect(site.enforcer());
    CHECK(says(site.kaspar({"health"}), lack.words));
    disk.relieve();
    site.check_recovery();
}

TEST_CASE("a state folder that lacks something: nothing is half done, and all goes on later",
          "[starvation]") {
    if (!can_be_tried())
        return;
    const Lack lack = GENERATE(from_range(lacks));
    INFO(lack.what);
    Site site;
    const ScarceDisk disk(site / "state");
    const auto before = site.published();
    const auto instruction = site.instruction();
    expect(site.ask_roll());
    (disk.*lack.take)();
    check_failed(site.signer(), "state/reports/zone0.example", lack.words);
    CHECK(site.published() == before);
    check_failed(site.enforcer(), "state/", lack.words);
    check_failed(site.ask_roll(), "state/", lack.words);
    CHECK(site.instruction() == instruction);
    disk.relieve();
    site.check_recovery();
    CHECK(site.instruction() != instruction);
}

TEST_CASE("a key store's folder that lacks something: no key is half made", "[starvation]") {
    if (!can_be_tried())
        return;
    const Lack lack = GENERATE(from_range(lacks));
    INFO(lack.what);
    Site site;
    const ScarceDisk disk(site / "keys");
    expect(site.ask_roll());
    (disk.*lack.take)();
    check_failed(site.enforcer(), "keys/", lack.words);
    expect(site.signer());  // with the keys that there are
    disk.relieve();
    expect(site.enforcer());
    expect(site.signer());
    expect(site.enforcer());
    CHECK(says(site.kaspar({"key", "list", "zone0.example"}), "rumoured"));
}

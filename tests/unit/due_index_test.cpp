// What the signer remembers of quiet zones: only as long as nothing at all has changed.
#include "signer/due_index.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "common/keys/envelope.h"
#include "common/system/file.h"
#include "signer/intake.h"
#include "signer/rounds.h"
#include "tests/support/catch.h"
#include "tests/support/signer_bench.h"
#include "tests/support/zones.h"

namespace due_index_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

const std::string hosts = apex_lines + "a A 192.0.2.1\n";

/// One published zone, and an index that knows it.
struct Known : SignerBench {
    DueIndex index;

    Known() {
        add_key(KeyRole::csk);
        input(hosts);
        run();
        REQUIRE(look() == RunOutcome::unchanged);
    }

    /// Executes and notes, as a round does when the zone is due.
    RunOutcome look() {
        std::vector<Execution> executions{run_as_is()};
        note(index, {instruction_path()}, executions);
        return executions.front().run.outcome;
    }

    bool is_quiet() { return sort_work(configuration, index, now).value().due.empty(); }

    Path index_file() const { return configuration.executed() / ".due"; }
    Path report_path() const { return report_file(configuration, instruction_path()); }

    /// What a new process would read.
    DueIndex read_again() {
        REQUIRE(index.write(configuration).ok());
        return DueIndex::read(configuration);
    }

    bool knows(const DueIndex& other) const { return other.find("example") != nullptr; }
};

/// Other octets, the same size, time and inode: only who opens the file sees it.
void garble_unseen(const Path& file) {
    struct stat before {};
    REQUIRE(::stat(file.c_str(), &before) == 0);
    std::fstream(file, std::ios::in | std::ios::out) << "?";
    const timespec times[2] = {before.st_atim, before.st_mtim};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

void touch(const Path& file) {
    const auto later = std::filesystem::last_write_time(file) + 1s;
    std::filesystem::last_write_time(file, later);
}

void rewrite(const Path& file) {
    REQUIRE(write_file(file, read_file(file).value()).ok());
}

}  // namespace

TEST_CASE("neither instruction nor report of a quiet zone is opened", "[due]") {
    Known zone;
    garble_unseen(zone.instruction_path());
    garble_unseen(zone.report_path());
    CHECK(zone.is_quiet());
    touch(zone.instruction_path());
    CHECK_FALSE(zone.is_quiet());
    CHECK(zone.look() == RunOutcome::refused);
}

TEST_CASE("a quiet zone is told of as by a run", "[due]") {
    Known zone;
    const auto work = sort_work(zone.configuration, zone.index, zone.now).value();
    REQUIRE(work.quiet.size() == 1);
    const auto& quiet = *work.quiet.front();
    const auto publication = *zone.report().publication;
    CHECK(quiet.zone == "example");
    CHECK(quiet.generation == publication.generation);
    CHECK(quiet.serial == publication.serial);
    CHECK(quiet.signatures == publication.signatures);
    CHECK(quiet.published == publication.published);
    CHECK(quiet.first_expiry == publication.first_expiry);
    CHECK(quiet.next_refresh == publication.next_refresh);
    const Round round{{}, work.quiet};
    CHECK(round.inputs() == std::vector<Path>{zone.instruction.input});
    CHECK(next_round(round, *publication.next_refresh - 1min, 0) == *publication.next_refresh);
}

TEST_CASE("a zone is looked at again once any of its files changes", "[due]") {
    Known zone;
    REQUIRE(zone.is_quiet());
    SECTION("instruction rewritten") {
        rewrite(zone.instruction_path());
    }
    SECTION("report deleted") {
        std::filesystem::remove(zone.report_path());
    }
    SECTION("report of another signer") {
        rewrite(zone.report_path());
    }
    SECTION("executed instruction deleted") {
        std::filesystem::remove(zone.configuration.executed() / "example");
    }
    SECTION("input deleted") {
        std::filesystem::remove(zone.instruction.input);
    }
    SECTION("input changed") {
        zone.input(hosts + "b A 192.0.2.2\n");
    }
    SECTION("output replaced") {
        rewrite(zone.output_file());
    }
    SECTION("output deleted") {
        std::filesystem::remove(zone.output_file());
    }
    CHECK_FALSE(zone.is_quiet());
}

TEST_CASE("an input of which only the time changed is looked at once", "[due]") {
    Known zone;
    touch(zone.instruction.input);
    CHECK_FALSE(zone.is_quiet());
    CHECK(zone.look() == RunOutcome::unchanged);
    CHECK(zone.is_quiet());
}

TEST_CASE("a zone is looked at again once its signatures are to be renewed", "[due]") {
    Known zone;
    const auto refresh = *zone.report().publication->next_refresh;
    zone.now = refresh - 1s;
    CHECK(zone.is_quiet());
    zone.now = refresh;
    CHECK_FALSE(zone.is_quiet());
    CHECK(zone.look() == RunOutcome::published);
    CHECK(zone.is_quiet());
}

TEST_CASE("a clock that was set back makes a zone due", "[due]") {
    Known zone;
    zone.now -= 1h;
    CHECK(zone.is_quiet());
    zone.now -= 1s;
    CHECK_FALSE(zone.is_quiet());
    CHECK(zone.look() == RunOutcome::published);
}

TEST_CASE("a run that did not end well is tried again in every round", "[due]") {
    Known zone;
    zone.input("nonsense");
    CHECK(zone.look() == RunOutcome::refused);
    CHECK_FALSE(zone.is_quiet());
    zone.input(hosts);
    CHECK_FALSE(zone.is_quiet());
    CHECK(zone.look() == RunOutcome::unchanged);
    CHECK(zone.is_quiet());
}

TEST_CASE("an index survives being written and read", "[due]") {
    Known zone;
    const auto read = zone.read_again();
    REQUIRE(zone.knows(read));
    CHECK(*read.find("example") == *zone.index.find("example"));
}

TEST_CASE("an index is written only if something changed", "[due]") {
    Known zone;
    auto read = zone.read_again();
    std::filesystem::remove(zone.index_file());
    REQUIRE(read.write(zone.configuration).ok());
    CHECK_FALSE(std::filesystem::exists(zone.index_file()));
    read.keep("example", std::nullopt);
    REQUIRE(read.write(zone.configuration).ok());
    CHECK(std::filesystem::exists(zone.index_file()));
}

TEST_CASE("an index that is not whole and ours counts as empty", "[attack][due]") {
    Known zone;
    REQUIRE(zone.knows(zone.read_again()));
    auto text = read_file(zone.index_file()).value();
    SECTION("missing") {
        std::filesystem::remove(zone.index_file());
    }
    SECTION("altered") {
        text.back() = static_cast<char>(text.back() ^ 1);
        REQUIRE(write_file(zone.index_file(), text).ok());
    }
    SECTION("cut short") {
        const auto size = GENERATE(std::size_t{0}, 5u, 19u, 40u, 51u, 60u);
        REQUIRE(write_file(zone.index_file(), text.substr(0, size)).ok());
    }
    SECTION("of another version") {
        text.replace(text.find('1'), 1, "2");
        REQUIRE(write_file(zone.index_file(), text).ok());
    }
    SECTION("made under another enforcer's key") {
        std::filesystem::remove(zone.configuration.enforcer_key);
        std::filesystem::remove(zone.configuration.enforcer_public_key);
        REQUIRE(make_envelope_key(zone.configuration.enforcer_key,
                                  zone.configuration.enforcer_public_key)
                    .ok());
    }
    CHECK_FALSE(zone.knows(DueIndex::read(zone.configuration)));
}

TEST_CASE("a zone that is gone is forgotten", "[due]") {
    Known zone;
    std::filesystem::remove(zone.instruction_path());
    const auto work = sort_work(zone.configuration, zone.index, zone.now).value();
    CHECK(work.due.empty());
    CHECK(work.quiet.empty());
    CHECK_FALSE(zone.knows(zone.index));
}

}  // namespace due_index_test

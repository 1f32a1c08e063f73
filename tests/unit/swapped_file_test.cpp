// Files that were put in the place of the signer's: links, FIFOs, devices, folders, and copies of
// older ones. Nothing unverified is published, nobody waits, and nothing is written through a link.
#include <sys/stat.h>
#include <unistd.h>

#include "common/system/file.h"
#include "common/system/secret.h"
#include "signer/intake.h"
#include "signer/rounds.h"
#include "tests/support/published_zone.h"

namespace swapped_file_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

const std::string valuable = "not a file of Kaspar's\n";

/// The ways to put something else in a file's place.
enum class Instead { link, link_to_nothing, link_to_itself, fifo, endless, folder, empty };

constexpr Instead all_ways[] = {Instead::link, Instead::link_to_nothing, Instead::link_to_itself,
                                Instead::fifo, Instead::endless,         Instead::folder,
                                Instead::empty};

struct Attacked : Published {
    Path prey = folder / "prey";

    Attacked() { write_text(prey, valuable); }

    void put(Instead what, const Path& file) {
        std::filesystem::remove_all(file);
        switch (what) {
            case Instead::link:
                return std::filesystem::create_symlink(prey, file);
            case Instead::link_to_nothing:
                return std::filesystem::create_symlink(folder / "nothing", file);
            case Instead::link_to_itself:
                return std::filesystem::create_symlink(file, file);
            case Instead::fifo:
                REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
                return;
            case Instead::endless:
                return std::filesystem::create_symlink("/dev/zero", file);
            case Instead::folder:
                std::filesystem::create_directory(file);
                return;
            case Instead::empty:
                write_text(file, "");
        }
    }

    /// What a resolver would be told is what it was told before, or is verified.
    void check_nothing_lost(const std::string& before) {
        CHECK(read_file(prey).value() == valuable);
        CHECK_FALSE(std::filesystem::exists(folder / "nothing"));
        std::error_code none;
        if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(output_file(), none)))
            return;
        if (output() != before) {
            const auto told = report();
            CHECK(told.publication->output.sha256 == identify_file(output_file())->sha256);
            CHECK(told.publication->signatures_verified >= all_signatures);
        }
    }
};

}  // namespace

TEST_CASE(
    "whatever is put in the place of a file, the signer ends, and publishes nothing that it "
    "has not verified",
    "[attack][execute]") {
    const auto way = GENERATE(from_range(std::begin(all_ways), std::end(all_ways)));
    Attacked bench;
    const auto before = bench.output();
    const auto& configuration = bench.configuration;
    const auto instruction = bench.instruction_path();
    SECTION("the input") {
        bench.put(way, bench.instruction.input);
        CHECK(bench.run_as_is().run.outcome == RunOutcome::refused);
        CHECK(bench.output() == before);
    }
    SECTION("the instruction") {
        bench.put(way, instruction);
        CHECK(bench.run_as_is().run.outcome == RunOutcome::refused);
        CHECK(bench.output() == before);
    }
    SECTION("the output") {
        bench.put(way, bench.output_file());
        const auto done = bench.run_as_is();
        CHECK(done.run.outcome ==
              (way == Instead::folder ? RunOutcome::refused : RunOutcome::published));
    }
    SECTION("the report") {
        bench.put(way, report_file(configuration, instruction));
        bench.run_as_is();
    }
    SECTION("the lock") {
        if (way == Instead::link_to_nothing)
            return;  // made empty: a lock is a file of whoever runs the signer
        bench.put(way, lock_file(configuration, instruction));
        bench.run_as_is();
    }
    SECTION("the copy of the instruction executed last") {
        bench.put(way, configuration.executed() / instruction.filename());
        bench.run_as_is();
        write_text(instruction, "{}");
        bench.now = *bench.report().publication->next_refresh;
        bench.run_as_is();
    }
    SECTION("what is due when") {
        bench.put(way, configuration.executed() / ".due");
        auto index = DueIndex::read(configuration);
        CHECK(sort_work(configuration, index, bench.now)->due.size() == 1);
    }
    bench.check_nothing_lost(before);
}

TEST_CASE("an older output put back with its report is signed over, with a higher serial",
          "[attack][execute]") {
    Published bench;
    const auto report_path = report_file(bench.configuration, bench.instruction_path());
    const auto old_output = bench.output(), old_report = read_file(report_path).value();
    bench.input(hosts + "later A 192.0.2.9\n");
    bench.expect(RunOutcome::published);
    const auto serial = bench.report().publication->serial;
    SECTION("the output only") {
        write_text(bench.output_file(), old_output);
        bench.expect(RunOutcome::published);
        CHECK(bench.report().publication->serial > serial);
    }
    SECTION("the report only") {
        write_text(report_path, old_report);
        bench.expect(RunOutcome::published);
        CHECK(bench.report().publication->serial > serial);
    }
    SECTION("both: the signer remembers nothing else, and publishes what is instructed") {
        write_text(bench.output_file(), old_output);
        write_text(report_path, old_report);
        bench.expect(RunOutcome::published);
    }
    CHECK(bench.output().find("later.example.") != std::string::npos);
}

TEST_CASE("a signature swapped in the last output together with its digest is not published",
          "[attack][execute]") {
    Published bench;
    auto text = bench.output();
    const auto at = text.find("RRSIG\tA ");
    REQUIRE(at != text.npos);
    const auto end = text.find('\n', at);
    text[end - 10] = text[end - 10] == 'A' ? 'B' : 'A';
    write_text(bench.output_file(), text);
    auto told = bench.report();
    told.publication->output = *identify_file(bench.output_file());
    write_text(report_file(bench.configuration, bench.instruction_path()), report_text(told));
    bench.input(hosts + "later A 192.0.2.9\n");
    bench.expect(RunOutcome::published);
    const auto now = bench.report();
    CHECK(now.publication->signatures_verified == now.publication->signatures);
    CHECK(bench.output().find(text.substr(at, end - at)) == std::string::npos);
}

TEST_CASE("a key's file, a passphrase or a PIN that is no file is refused instead of waited for",
          "[attack][secret]") {
    const TempFolder folder;
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    for (const Path& file : {folder / "fifo", Path("/dev/zero"), folder.path()}) {
        const auto read = read_private_file(file);
        REQUIRE_FALSE(read.ok());
        CHECK(read.fault().words.find("it is not a regular file") != std::string::npos);
    }
}

TEST_CASE("a secret that was read, however short, leaves no copy where it is moved from",
          "[attack][secret]") {
    const TempFolder folder;
    REQUIRE(write_file(folder / "pin", "1234", 0600).ok());
    auto read = read_private_file(folder / "pin").value();
    const char* place = read.data();
    const Secret secret(std::move(read));
    CHECK(secret.text() == "1234");
    CHECK(secret.text().data() == place);
}

}  // namespace swapped_file_test

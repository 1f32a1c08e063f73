// A run of the signer in which something is wrong: what is refused, and what goes on all the same.
#include "common/system/file.h"
#include "signer/execute.h"
#include "tests/support/published_zone.h"

namespace execute_faults_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

bool has_leftovers(const TempFolder& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        if (entry.path().filename().string().starts_with(".kaspar-"))
            return true;
    return false;
}

}  // namespace

TEST_CASE("a zone on which the signer stumbles is refused, told and signed later", "[execute]") {
    struct Stumble {
        std::exception_ptr thrown;
        std::string_view words, remedy;
    };
    const auto stumble =
        GENERATE(Stumble{std::make_exception_ptr(std::bad_alloc()), "memory ended", "MemoryMax="},
                 Stumble{std::make_exception_ptr(std::out_of_range("no such place")),
                         "an error in Kaspar itself (no such place)", "report it"});
    Published bench;
    const auto before = status_of(bench.output_file());
    bench.input(hosts + "later A 192.0.2.9\n");
    bench.keys.forget();
    bench.store.thrown = stumble.thrown;
    const auto refused = bench.expect(RunOutcome::refused);
    CHECK(tells(refused.run.errors, stumble.words));
    CHECK(tells(bench.report().last_run.errors, stumble.remedy));
    CHECK(same_file(status_of(bench.output_file()), before));
    bench.store.thrown = nullptr;
    bench.expect(RunOutcome::published);
    CHECK(bench.output().find("later.example.") != std::string::npos);
}

TEST_CASE("words of any length in an input cost the zone nothing", "[execute][attack]") {
    Published bench;
    const std::string name(200'000, 'x');
    const std::vector<std::string> lines{"$ORIGIN " + name,
                                         "$ORIGIN ( \"" + std::string(200'000, '\n') + "\" )",
                                         "$INCLUDE " + name,
                                         "$GENERATE 1" + name + " a A 192.0.2.1",
                                         "$GENERATE 1-2 a${" + name + "} A 192.0.2.1",
                                         "$" + name,
                                         "a " + name,
                                         "$ORIGIN ( \"a\n\x1b[31mb\" )"};
    for (const auto& line : lines) {
        INFO(line.substr(0, 40));
        const auto before = bench.report().publication;
        bench.input(hosts + line + "\n");
        bench.now += 1h;
        const auto refused = bench.expect(RunOutcome::refused);
        CHECK(refused.run.warnings.empty());
        CHECK(bench.report().publication == before);
        for (const auto& words : bench.report().last_run.errors) {
            CHECK(words.size() < 5000);
            CHECK(words.find_first_of("\n\x1b") == std::string::npos);
        }
    }
}

TEST_CASE("a broken input leaves the last zone as it is, octet by octet", "[execute]") {
    Published bench;
    const auto before = status_of(bench.output_file());
    bench.input(hosts + "b A not-an-address\n");
    bench.now += 1h;
    auto done = bench.expect(RunOutcome::refused);
    CHECK_FALSE(done.good());
    CHECK(tells(done.run.errors, "input.zone:7"));
    CHECK(bench.report().last_run.last_good == bench.now - 1h);
    CHECK(bench.report().last_run.failing_since == bench.now);
    CHECK_FALSE(bench.report().last_run.failed_verification);
    CHECK(same_file(status_of(bench.output_file()), before));
    SECTION("and keeps it alive when its signatures come due") {
        const auto last = *bench.report().publication;
        bench.now = *last.next_refresh;
        CHECK(bench.counts(RunOutcome::kept_alive) == Counts{all_signatures, 0});
        const auto report = bench.report();
        CHECK(tells(report.last_run.errors, "input.zone:7"));
        CHECK(report.publication->serial == 2);
        CHECK(report.publication->inputs == last.inputs);
        CHECK(report.publication->records == 5);
        SECTION("with its content, and once only") {
            CHECK(bench.output().find("192.0.2.3") != std::string::npos);
            bench.expect(RunOutcome::refused);
        }
    }
    SECTION("and carries out a new instruction on it") {
        bench.instruction.denial = {DenialType::nsec3, false, 0, {}};
        bench.expect(RunOutcome::kept_alive);
        CHECK(bench.output().find("\tNSEC3\t") != std::string::npos);
        CHECK(bench.output().find("\tNSEC\t") == std::string::npos);
        SECTION("and back, without the hashed owners") {
            bench.instruction.denial = {DenialType::nsec, false, 0, {}};
            bench.expect(RunOutcome::kept_alive);
            CHECK(bench.report().publication->signatures == all_signatures);
        }
    }
    SECTION("and goes on when it is mended") {
        bench.input(hosts);
        CHECK(bench.expect(RunOutcome::unchanged).good());
        CHECK(bench.report().last_run.errors.empty());
    }
    SECTION("and says so when there is no last zone any more") {
        REQUIRE(std::filesystem::remove(bench.output_file()));
        bench.now += std::chrono::days(10);
        done = bench.expect(RunOutcome::refused);
        CHECK(tells(done.run.errors, "cannot be kept alive"));
    }
}

TEST_CASE("an instruction that cannot be carried out lets no signature expire",
          "[attack][execute]") {
    Published bench;
    const auto last = *bench.report().publication;
    const bool altered = GENERATE(false, true);
    if (!altered) {
        bench.add_key(KeyRole::zsk);
        bench.instruction.keys.back().locator = "none";
    }
    const auto run = [&] {
        if (!altered)
            return bench.run();
        const auto text = *read_file(bench.instruction_path());
        REQUIRE(write_file(bench.instruction_path(), "{" + text).ok());
        return bench.run_as_is();
    };
    bench.now += 1h;
    const auto refused = run();
    CHECK(refused.run.outcome == RunOutcome::refused);
    CHECK(*bench.report().publication == last);

    SECTION("the instruction executed last is executed again when they come due") {
        bench.now = *last.next_refresh;
        const auto kept = run();
        CHECK(kept.run.outcome == RunOutcome::kept_alive);
        CHECK_FALSE(kept.good());
        CHECK_FALSE(kept.run.errors.empty());
        const auto now_published = *bench.report().publication;
        CHECK(now_published.generation == last.generation);
        CHECK(now_published.dnskeys == last.dnskeys);
        CHECK(now_published.first_expiry == bench.now + std::chrono::days(14));
        CHECK(run().run.outcome == RunOutcome::refused);  // once only
    }
    SECTION("without its copy the zone stands as it was") {
        std::filesystem::remove_all(bench.configuration.executed());
        bench.now = *last.next_refresh;
        CHECK(run().run.outcome == RunOutcome::refused);
        CHECK(*bench.report().publication == last);
    }
    SECTION("a copy that somebody altered is not executed") {
        const auto copy = bench.configuration.executed() / bench.instruction_path().filename();
        std::string text = *read_file(copy);
        text.replace(text.find("\"generation\":"), 14, "\"generation\": ");
        text.replace(text.find("input.zone"), 10, "other.zone");
        REQUIRE(write_file(copy, text).ok());
        bench.now = *last.next_refresh;
        CHECK(run().run.outcome == RunOutcome::refused);
        CHECK(*bench.report().publication == last);
    }
}

TEST_CASE("a missing input is like a broken one", "[execute]") {
    Published bench;
    std::filesystem::remove(bench.instruction.input);
    CHECK(tells(bench.expect(RunOutcome::refused).run.errors, "input.zone"));
    bench.now += std::chrono::days(10);
    bench.expect(RunOutcome::kept_alive);
}

TEST_CASE("a sudden loss of records is held until a person accepts it", "[execute]") {
    Published bench;
    bench.instruction.least_share = 50;
    bench.input(apex_lines);
    const auto done = bench.expect(RunOutcome::held);
    REQUIRE(done.run.held_input);
    CHECK(done.run.held_input == identify_file(bench.instruction.input)->sha256);
    CHECK(tells(done.run.errors, "kaspar zone accept example"));
    bench.now += std::chrono::days(10);
    const auto kept = bench.expect(RunOutcome::kept_alive);
    CHECK(kept.run.held_input == done.run.held_input);
    CHECK(bench.output().find("192.0.2.3") != std::string::npos);
    SECTION("accepted") {
        bench.instruction.accepted_input = done.run.held_input;
        bench.expect(RunOutcome::published);
        CHECK(bench.report().publication->records == 2);
        CHECK_FALSE(bench.report().last_run.held_input);
    }
    SECTION("another one is held again") {
        bench.instruction.accepted_input = done.run.held_input;
        bench.input(apex_lines + "; other octets\n");
        bench.expect(RunOutcome::held);
    }
    SECTION("grown back") {
        bench.input(hosts);
        bench.expect(RunOutcome::unchanged);
    }
}

TEST_CASE("a report that cannot be read is not replaced by one that knows less", "[execute]") {
    Published bench;
    const auto file = bench.configuration.reports() / "example";
    std::filesystem::rename(file, bench.configuration.reports() / ".aside");
    std::filesystem::create_symlink(".", file);  // a folder is not read
    bench.expect(RunOutcome::refused);
    CHECK(std::filesystem::is_symlink(file));
    std::filesystem::rename(bench.configuration.reports() / ".aside", file);
    bench.expect(RunOutcome::unchanged);
    CHECK(bench.report().publication);
}

TEST_CASE("a missing key refuses the zone; it is never signed with fewer", "[execute]") {
    SignerBench bench;
    bench.add_key(KeyRole::ksk);
    bench.add_key(KeyRole::zsk);
    bench.add_key(KeyRole::zsk);
    bench.input(hosts);
    REQUIRE(bench.store.destroy(bench.instruction.keys[2].locator).ok());
    const auto done = bench.run();
    CHECK(done.run.outcome == RunOutcome::refused);
    CHECK(tells(done.run.errors, "memory"));
    CHECK_FALSE(std::filesystem::exists(bench.output_file()));
    CHECK_FALSE(bench.report().publication);
}

TEST_CASE("an instruction that is not the enforcer's is refused", "[attack][execute]") {
    Published bench;
    const auto file = bench.instruction_path();
    const auto good = read_file(file).value();
    const auto refusal = [&](const std::string& content) {
        REQUIRE(write_file(file, content).ok());
        const auto done = bench.run_as_is();
        CHECK(done.run.outcome == RunOutcome::refused);
        CHECK(done.zone == "example");
        CHECK(done.run.generation == 1);
        return done.run.errors;
    };
    SECTION("altered") {
        auto altered = good;
        altered.replace(altered.find('1', altered.find("\"generation\"")), 1, "9");
        CHECK(tells(refusal(altered), "the text was altered"));
        REQUIRE(write_file(file, good).ok());
        CHECK(bench.run_as_is().run.outcome == RunOutcome::unchanged);
    }
    SECTION("no JSON") {
        CHECK_FALSE(refusal("nonsense").empty());
    }
    SECTION("an old one") {
        bench.instruction.verify = VerifyExtent::sample;
        bench.expect(RunOutcome::unchanged);
        REQUIRE(write_file(file, good).ok());
        const auto done = bench.run_as_is();
        CHECK(done.run.outcome == RunOutcome::refused);
        CHECK(tells(done.run.errors, "old copy"));
    }
    SECTION("none at all") {
        std::filesystem::remove(file);
        CHECK(tells(bench.run_as_is().run.errors, "there is no instruction"));
    }
}

TEST_CASE("an instruction for another zone is refused", "[attack][execute]") {
    Published bench;
    const auto other = bench.configuration.instructions() / "other";
    std::filesystem::copy(bench.instruction_path(), other);
    const auto done = execute(other, {bench.configuration, bench.keys, bench.now, 1});
    CHECK(done.run.outcome == RunOutcome::refused);
    CHECK(tells(done.run.errors, "not for the zone of its file name"));
    CHECK(done.zone == "other");
    CHECK(std::filesystem::exists(bench.configuration.reports() / "other"));
}

TEST_CASE("an output that something else wrote is not built upon", "[attack][execute]") {
    Published bench;
    SECTION("deleted") {
        std::filesystem::remove(bench.output_file());
    }
    SECTION("altered") {
        auto text = bench.output();
        text.replace(text.find("192.0.2.2"), 9, "192.0.2.7");
        write_text(bench.output_file(), text);
    }
    SECTION("no zone at all") {
        write_text(bench.output_file(), "nonsense");
    }
    CHECK(bench.counts() == Counts{all_signatures, 0});
    CHECK(bench.report().publication->serial == 2);
    CHECK(bench.output().find("192.0.2.2") != std::string::npos);
}

TEST_CASE("the serial never goes back behind the output's, even without a report", "[execute]") {
    Published bench;
    auto text = bench.output();
    text.replace(text.find(" 1 3600"), 2, " 500");
    write_text(bench.output_file(), text);
    std::filesystem::remove(bench.configuration.reports() / "example");
    CHECK(bench.counts() == Counts{all_signatures, 0});
    CHECK(bench.report().publication->serial == 501);
}

TEST_CASE("a report that cannot be read is put aside", "[attack][execute]") {
    Published bench;
    write_text(bench.configuration.reports() / "example", "{");
    const auto done = bench.expect(RunOutcome::published);
    CHECK(tells(done.run.warnings, "put aside"));
    CHECK(done.publication->serial == 2);
}

TEST_CASE("what does not pass the verifier is not published", "[execute]") {
    Published bench;
    const auto before = status_of(bench.output_file());
    bench.instruction.keys[bench.ksk].sign_dnskey = false;
    const auto done = bench.expect(RunOutcome::refused);
    CHECK(done.run.failed_verification);
    CHECK(tells(done.run.errors, "did not pass the verifier"));
    CHECK(same_file(status_of(bench.output_file()), before));
    CHECK_FALSE(has_leftovers(bench.folder));
    CHECK(bench.report().publication->generation == 1);
}

TEST_CASE("a zone whose new content the verifier refuses is kept alive with the old", "[execute]") {
    Published bench;
    bench.keys.forget();
    bench.store.poison = "poison";
    bench.input(hosts + "poison A 192.0.2.9\n");
    bench.expect(RunOutcome::refused);
    bench.now += std::chrono::days(8);
    const auto done = bench.expect(RunOutcome::kept_alive);
    CHECK(done.run.failed_verification);
    CHECK(tells(done.run.errors, "did not pass the verifier"));
    CHECK(bench.output().find("poison") == std::string::npos);
    CHECK(bench.report().publication->first_expiry == bench.now + std::chrono::days(14));
}

TEST_CASE("an output folder that is not there is told, and the rest stays", "[execute]") {
    Published bench;
    bench.instruction.output = bench.folder / "nowhere" / "out.zone";
    const auto done = bench.expect(RunOutcome::refused);
    CHECK(tells(done.run.errors, "nowhere"));
    CHECK(bench.report().publication->output.path == bench.folder / "output.zone");
}

}  // namespace execute_faults_test

#include "signer/intake.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/signer_bench.h"

namespace signer_intake_test {

using namespace kaspar;
using namespace kaspar::test;
using namespace std::chrono_literals;

namespace {

constexpr auto small_zone =
    "$TTL 3600\n@ SOA ns h 1 3600 900 604800 300\n@ NS ns\nns A 192.0.2.1\n";

}  // namespace

TEST_CASE("a report of another zone is put aside and written anew", "[attack][signer_intake]") {
    SignerBench bench;
    bench.add_key(KeyRole::ksk);
    bench.add_key(KeyRole::zsk);
    bench.input(small_zone);
    REQUIRE(bench.run().run.outcome == RunOutcome::published);
    auto report = bench.report();
    report.zone = Name::from_text("other").value();
    std::ofstream(signer::report_file(bench.configuration, bench.instruction_path()))
        << report_text(report);
    const auto execution = bench.run();
    REQUIRE_FALSE(execution.run.warnings.empty());
    CHECK(execution.run.warnings.front().find("zone of its file name") != std::string::npos);
    CHECK(bench.report().zone == bench.instruction.zone);
}

TEST_CASE("signatures made while the clock stood ahead are made again when it is right",
          "[signer_intake]") {
    SignerBench bench;
    bench.add_key(KeyRole::ksk);
    bench.add_key(KeyRole::zsk);
    bench.input(small_zone);
    const auto right = bench.now;
    bench.now = right + std::chrono::days(3000);
    REQUIRE(bench.run().run.outcome == RunOutcome::published);
    bench.now = right;
    SECTION("from the input") {
        CHECK(bench.run().run.outcome == RunOutcome::published);
    }
    SECTION("from the last good content, if the input is broken") {
        bench.input("broken");
        CHECK(bench.run().run.outcome == RunOutcome::kept_alive);
    }
    CHECK(bench.report().publication->published == right);
}

}  // namespace signer_intake_test

// The gate by itself: what was written is not always what is read back.
#include "signer/gate.h"

#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/signer_bench.h"

namespace gate_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

constexpr auto with_glue =
    "$TTL 3600\n@ SOA ns h 1 3600 900 604800 300\n@ NS ns\nns A 192.0.2.1\n"
    "below NS ns.below\nns.below A 192.0.2.2\nns.below AAAA 2001:db8::2\n";

struct SignedZone : SignerBench {
    std::string text;
    WrittenStretches written;

    SignedZone() {
        add_key(KeyRole::ksk);
        add_key(KeyRole::zsk);
        input(with_glue);
        REQUIRE(run().run.outcome == RunOutcome::published);
        text = output();
        written.tally.records = std::count(text.begin(), text.end(), '\n');
        written.starts = {0};
    }

    Result<Passed> read_back(const std::string& found) const {
        auto file = FileWriter::create(instruction.output);
        REQUIRE(file.ok());
        REQUIRE(file->write(found).ok());
        return pass_gate({instruction, written, *file, nullptr, now, 1});
    }
};

}  // namespace

TEST_CASE("glue that is lost on its way to the disk is missed, though nothing signs it", "[gate]") {
    const SignedZone zone;
    REQUIRE(zone.read_back(zone.text).ok());
    const auto glue = zone.text.find("ns.below.example.\t3600\tIN\tAAAA");
    REQUIRE(glue != std::string::npos);
    auto damaged = zone.text;
    damaged.erase(glue, damaged.find('\n', glue) + 1 - glue);
    const auto passed = zone.read_back(damaged);
    REQUIRE_FALSE(passed.ok());
    CHECK(passed.fault().kind == FaultClass::verification);
    CHECK_THAT(passed.fault().words, Catch::Contains("records were written"));
}

}  // namespace gate_test

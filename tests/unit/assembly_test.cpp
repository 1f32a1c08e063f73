#include "signer/assembly.h"

#include <fmt/format.h>

#include "common/values/encoding.h"
#include "signer/core/name_order.h"
#include "tests/support/catch.h"
#include "tests/support/signer_bench.h"
#include "tests/support/zones.h"

namespace assembly_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// Names of letters alone: a third of the hashes come before the first of them.
std::string lines() {
    auto text = apex_lines +
                "a.b.c.d A 192.0.2.1\n"
                "e.b.c.d NS ns.e.b.c.d\n"
                "ns.e.b.c.d A 192.0.2.1\n"
                "other DNAME example.net.\n"
                "under.other A 192.0.2.1\n";
    for (char first = 'a'; first <= 'z'; ++first)
        text += fmt::format("{0}x A 192.0.2.1\n{0}y NS ns.{0}y\nns.{0}y A 192.0.2.2\n", first);
    return text;
}

std::string row(const RRsetView& rrset) {
    auto text =
        fmt::format("{} {} {} {}", to_hex(rrset.owner), rrset.type, rrset.ttl, rrset.is_signed);
    for (std::uint32_t i = 0; i < rrset.size(); ++i)
        text += " " + to_hex(rrset.rdata(i));
    return text;
}

}  // namespace

TEST_CASE("the stretches of a zone are the zone, and none holds much of the NSEC3 chain",
          "[assembly]") {
    SignerBench bench;
    bench.add_key(KeyRole::csk);
    bench.instruction.denial.type = GENERATE(DenialType::nsec, DenialType::nsec3);
    bench.instruction.denial.opt_out = GENERATE(false, true);
    const auto read = read_zone(lines());
    const auto assembled = [&](std::uint64_t records) {
        return Assembly::make({bench.instruction, read.zone, 2, records}).value();
    };
    std::vector<std::string> whole;
    const auto at_once = assembled(100'000);
    REQUIRE(at_once->stretch_count() == 1);
    const auto all = at_once->stretch(0);
    for (const auto& rrset : all.rrsets)
        whole.push_back(row(rrset));

    for (const std::uint64_t records : {1U, 5U, 30U}) {
        CAPTURE(records);
        const auto parts = assembled(records);
        std::vector<std::string> joined;
        for (std::size_t i = 0; i < parts->stretch_count(); ++i) {
            const auto stretch = parts->stretch(i);
            REQUIRE_FALSE(stretch.rrsets.empty());
            CHECK(same_name(parts->first_owner(i), stretch.rrsets.front().owner));
            CHECK(stretch.has_apex == (i == 0));
            if (stretch.chain.type() == rr::nsec3)
                CHECK(stretch.chain.size() <= records);
            for (const auto& rrset : stretch.rrsets)
                joined.push_back(row(rrset));
        }
        CHECK(joined == whole);
        CHECK(parts->first_owner(parts->stretch_count()).empty());
    }
}

}  // namespace assembly_test

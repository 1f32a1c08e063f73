// What other implementations say of our output: every algorithm, every kind of denial, on zones of
// several shapes.
#include <fmt/format.h>

#include "common/system/file.h"
#include "tests/support/catch.h"
#include "tests/support/judges.h"
#include "tests/support/signer_bench.h"

namespace signer_judges_test {

using namespace kaspar;
using namespace kaspar::test;

namespace {

struct Shape {
    const char* zone;
    const char* file;
};

constexpr Shape shapes[] = {{".", "tests/golden/zones/rootlike.zone"},
                            {"nasty.example.", "tests/golden/zones/nasty.zone"},
                            {"apex.example.", "tests/golden/zones/apex-only.zone"}};

constexpr DenialParameters denials[] = {{DenialType::nsec, false, 0, {}},
                                        {DenialType::nsec3, false, 0, {}},
                                        {DenialType::nsec3, true, 0, {}}};

const char* name_of(const DenialParameters& denial) {
    return denial.type == DenialType::nsec ? "NSEC" : denial.opt_out ? "NSEC3 opt-out" : "NSEC3";
}

/// What the judges say against it.
std::string objections_to(const SignerBench& bench) {
    const auto& zone = bench.instruction.zone;
    std::vector<Verdict> verdicts{dnssec_verify(bench.output_file(), zone),
                                  kzonecheck(bench.output_file(), zone)};
    // It refuses opt-out zones that are right.
    if (!bench.instruction.denial.opt_out)
        verdicts.push_back(ldns_verify_zone(bench.output_file()));
    std::string text;
    for (const auto& verdict : verdicts)
        if (!verdict.accepted)
            text += verdict.judge + ": " + verdict.output;
    return text;
}

/// Takes a golden zone as input.
void take_input(SignerBench& bench, const std::filesystem::path& file) {
    const auto text = read_file(file).value();
    std::filesystem::copy(file.parent_path() / "nasty.inc", bench.folder / "nasty.inc");
    bench.input(text);
}

void sign_and_judge(SignerBench& bench) {
    const auto run = bench.run();
    INFO((run.run.errors.empty() ? "" : run.run.errors.front()));
    REQUIRE(run.run.outcome == RunOutcome::published);
    CHECK(objections_to(bench) == "");
}

}  // namespace

TEST_CASE("judges accept every algorithm with every kind of denial on zones of several shapes",
          "[judges]") {
    for (const auto algorithm :
         {Algorithm::rsasha256, Algorithm::rsasha512, Algorithm::ecdsap256sha256,
          Algorithm::ecdsap384sha384, Algorithm::ed25519, Algorithm::ed448})
        for (const auto& shape : shapes) {
            SignerBench bench(shape.zone);
            take_input(bench, shape.file);
            bench.add_key(KeyRole::ksk, algorithm);
            bench.add_key(KeyRole::zsk, algorithm);
            for (const auto& denial : denials) {
                INFO(fmt::format("{} {} {}", facts(algorithm).mnemonic, shape.file,
                                 name_of(denial)));
                bench.instruction.denial = denial;
                sign_and_judge(bench);
            }
        }
}

TEST_CASE("judges accept a zone signed by one key that does everything", "[judges]") {
    SignerBench bench("nasty.example.");
    take_input(bench, "tests/golden/zones/nasty.zone");
    bench.add_key(KeyRole::csk);
    sign_and_judge(bench);
}

TEST_CASE("judges accept CDS, CDNSKEY and ZONEMD in a zone with salted NSEC3", "[judges]") {
    SignerBench bench("nasty.example.");
    take_input(bench, "tests/golden/zones/nasty.zone");
    const auto ksk = bench.add_key(KeyRole::ksk);
    bench.add_key(KeyRole::zsk);
    const auto& dnskey = bench.instruction.keys[ksk].dnskey;
    bench.instruction.cds = {make_ds(bench.instruction.zone, dnskey, DigestType::sha256)};
    bench.instruction.cdnskey = {dnskey};
    bench.instruction.denial = {DenialType::nsec3, false, 3, {0xaa, 0xbb, 0xcc}};
    bench.instruction.zonemd = true;
    sign_and_judge(bench);
}

TEST_CASE("judges accept a zone in the middle of an algorithm roll", "[judges]") {
    SignerBench bench("nasty.example.");
    take_input(bench, "tests/golden/zones/nasty.zone");
    // Not with CSKs: kzonecheck takes one for a CSK only if it is the only key.
    for (const auto algorithm : {Algorithm::ecdsap256sha256, Algorithm::ed25519}) {
        bench.add_key(KeyRole::ksk, algorithm);
        bench.add_key(KeyRole::zsk, algorithm);
    }
    sign_and_judge(bench);
}

// ldns reads it as the origin, in every spelling, so it is in no golden zone.
TEST_CASE("BIND and Knot accept a name that is an escaped @", "[judges]") {
    SignerBench bench("nasty.example.");
    bench.input(read_file("tests/golden/zones/apex-only.zone").value() + "\\@ TXT \"at\"\n");
    bench.add_key(KeyRole::ksk);
    bench.add_key(KeyRole::zsk);
    REQUIRE(bench.run().run.outcome == RunOutcome::published);
    CHECK(bench.output().find("\n\\@.nasty.example.") != std::string::npos);
    CHECK(dnssec_verify(bench.output_file(), bench.instruction.zone).accepted);
    CHECK(kzonecheck(bench.output_file(), bench.instruction.zone).accepted);
}

}  // namespace signer_judges_test

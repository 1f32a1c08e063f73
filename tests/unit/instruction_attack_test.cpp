// Instructions that are not the enforcer's: altered anywhere, unsigned, signed by another, of
// another zone, old, or asking for what no validator takes.
#include "common/keys/envelope.h"
#include "common/system/file.h"
#include "common/values/nsec3.h"
#include "signer/intake.h"
#include "tests/support/published_zone.h"

namespace instruction_attack_test {

using namespace kaspar;
using namespace kaspar::signer;
using namespace kaspar::test;

namespace {

/// Everything that one change at one place can make of a text.
std::vector<std::string> changes_at(const std::string& text, std::size_t place) {
    std::vector<std::string> changed;
    for (const char bit : {'\x01', '\x20', '\x80'}) {
        changed.push_back(text);
        changed.back()[place] = static_cast<char>(text[place] ^ bit);
    }
    changed.push_back(text.substr(0, place) + text.substr(place + 1));
    changed.push_back(text.substr(0, place) + text[place] + text.substr(place));
    changed.push_back(text.substr(0, place));
    return changed;
}

Result<TakenInstruction> take(const Published& bench, const std::string& text) {
    write_text(bench.instruction_path(), text);
    return take_instruction(bench.configuration, bench.instruction_path(), std::nullopt);
}

/// That it was refused, with what was published left as it was.
void check_refused(Published& bench, const std::string& words) {
    const auto before = bench.output();
    const auto done = bench.run_as_is();
    CHECK(done.run.outcome == RunOutcome::refused);
    INFO(fmt::format("{}", fmt::join(done.run.errors, "\n")));
    CHECK(tells(done.run.errors, words));
    CHECK(bench.output() == before);
}

}  // namespace

TEST_CASE("an instruction changed at any octet is refused, or is still the one that was signed",
          "[attack][instruction]") {
    const Published bench;
    const auto good = read_file(bench.instruction_path()).value();
    std::size_t refused = 0, same = 0;
    for (std::size_t place = 0; place < good.size(); ++place)
        for (const auto& changed : changes_at(good, place)) {
            const auto taken = take(bench, changed);
            if (taken.ok() && taken->instruction != bench.instruction)
                FAIL("taken, with another meaning, after a change at octet " << place);
            if (!taken.ok() && taken.fault().words.find("example") == std::string::npos)
                FAIL("refused without the file's name: " << taken.fault().words);
            ++(taken.ok() ? same : refused);
        }
    // White space between the fields means nothing, and is not signed.
    INFO(refused << " refused, " << same << " the same");
    CHECK(refused > 5 * same);
}

TEST_CASE("an instruction that is unsigned, or signed by another key, is refused",
          "[attack][execute]") {
    Published bench;
    ++bench.instruction.generation;
    const auto text = instruction_text(bench.instruction);
    SECTION("no signature") {
        write_text(bench.instruction_path(), R"({"instruction": )" + text + "}");
        check_refused(bench, "signature: is missing");
    }
    SECTION("an empty one") {
        write_text(bench.instruction_path(), seal_instruction(bench.instruction, {}));
        check_refused(bench, "the signature is not by the key in");
    }
    SECTION("another's") {
        const auto stranger = bench.folder / "stranger.pem";
        REQUIRE(make_envelope_key(stranger, bench.folder / "stranger.pub").ok());
        write_text(bench.instruction_path(),
                   seal_instruction(bench.instruction, *sign_envelope(stranger, text)));
        check_refused(bench, "the signature is not by the key in");
    }
    SECTION("by the enforcer, of an earlier instruction") {
        --bench.instruction.generation;
        const auto earlier = instruction_text(bench.instruction);
        ++bench.instruction.generation;
        write_text(bench.instruction_path(),
                   seal_instruction(bench.instruction,
                                    *sign_envelope(bench.configuration.enforcer_key, earlier)));
        check_refused(bench, "the signature is not by the key in");
    }
}

TEST_CASE("where everybody could have put another key of the enforcer, no instruction is believed",
          "[attack][execute]") {
    Published bench;
    REQUIRE(::chmod(bench.configuration.enforcer_public_key.c_str(), 0646) == 0);
    check_refused(bench, "run: chmod o-w '");
}

TEST_CASE("more NSEC3 iterations than validators take are not carried out", "[attack][execute]") {
    Published bench;
    bench.instruction.denial = {DenialType::nsec3, false, most_nsec3_iterations + 1, {}};
    ++bench.instruction.generation;
    bench.seal();
    check_refused(bench, "51 NSEC3 iterations");
}

}  // namespace instruction_attack_test

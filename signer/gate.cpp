#include "signer/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <set>

#include "common/values/threads.h"
#include "signer/zonefile/written_zone.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t most_problems_told = 10;

/// Every RRset must be signed with these. A key that signs ahead of its DNSKEY, or after it,
/// vouches for zone data alone (verifier.h, ahead).
std::vector<Algorithm> signing_algorithms(const Instruction& instruction) {
    std::set<Algorithm> algorithms;
    for (const auto& key : instruction.keys)
        if (key.sign_zone && key.publish)
            algorithms.insert(key.dnskey.key.algorithm);
    return {algorithms.begin(), algorithms.end()};
}

/// The file must hold every record that was to be written: what is not signed, such as glue, no
/// signature vouches for.
Outcome check_count(std::uint64_t expected, std::uint64_t read) {
    if (read != expected)
        return Fault{FaultClass::verification,
                     fmt::format("{} records were written, and {} are read back; look at the disk "
                                 "of the output, and report this as a fault of Kaspar",
                                 expected, read)};
    return Done{};
}

/// The file that is read is nameless yet.
std::string reading_back(const GateOrder& order) {
    return fmt::format("reading back what is to be {}", order.instruction.output.string());
}

Result<VerificationResult> verify_written(const GateOrder& order) {
    KASPAR_TRY(const auto file, WrittenZone::open(order.file.temporary(), order.instruction.zone)
                                    .within(reading_back(order)));
    const WrittenParts parts(*file, order.written.starts);
    return verify_against(order.instruction, parts, order.last, order.now, order.threads)
        .within(reading_back(order));
}

/// What is to be published, and on the disk.
Result<FileIdentity> make_durable(const GateOrder& order) {
    KASPAR_CHECK(order.file.sync());
    return identify_file(order.file.temporary()).within(reading_back(order));
}

}  // namespace

std::vector<Dnskey> keys_ahead(const Instruction& instruction) {
    std::vector<Dnskey> keys;
    for (const auto& key : instruction.keys)
        if (key.sign_zone && !key.publish)
            keys.push_back(key.dnskey);
    return keys;
}

Expectations expectations_of(const Instruction& instruction) {
    Expectations expected;
    if (instruction.keys.empty())
        return expected;
    expected.dnskeys = instruction.foreign_dnskeys;
    for (const auto& key : instruction.keys) {
        if (key.publish)
            expected.dnskeys.push_back(key.dnskey);
        if (key.sign_dnskey)
            expected.dnskey_signers.push_back(key.dnskey);
    }
    expected.cds = instruction.cds;
    expected.cdnskey = instruction.cdnskey;
    expected.cds_delete = instruction.cds_delete;
    return expected;
}

Result<VerificationResult> verify_against(const Instruction& instruction, const ZoneParts& zone,
                                          const ZoneByOwner* last, Time now, unsigned threads) {
    return verify({.zone = zone,
                   .now = now,
                   .make_verifier = make_verifier,
                   .extent = instruction.verify,
                   .threads = threads,
                   .ahead = keys_ahead(instruction),
                   .last = last,
                   .expected = expectations_of(instruction),
                   .required_algorithms = signing_algorithms(instruction),
                   .may_be_unsigned = instruction.keys.empty()});
}

std::string problem_words(const VerificationResult& result) {
    std::string words = "the signed zone did not pass the verifier, so it is not published:";
    const auto told = std::min(result.problems.size(), most_problems_told);
    for (std::size_t i = 0; i < told; ++i)
        words += fmt::format("\n  {} {}: {}", result.problems[i].owner, result.problems[i].type,
                             result.problems[i].words);
    if (result.problem_count > told)
        words += fmt::format("\n  and {} more", result.problem_count - told);
    return words;
}

// The disk takes its time, in which the verifier works.
Result<Passed> pass_gate(const GateOrder& order) {
    KASPAR_CHECK(order.file.flush());
    auto durable = std::async(launch_with(order.threads), [&] { return make_durable(order); });
    auto verification = verify_written(order);
    auto output = durable.get();
    if (!verification.ok())
        return std::move(verification).fault();
    KASPAR_CHECK(check_count(order.written.tally.records, verification->records));
    if (!verification->good())
        return Fault{FaultClass::verification, problem_words(*verification)};
    if (!output.ok())
        return std::move(output).fault();
    output->path = order.instruction.output;  // where commit() puts the very file
    return Passed{std::move(*verification), std::move(*output)};
}

}  // namespace kaspar::signer

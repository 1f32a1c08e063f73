#include "signer/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "signer/core/chunks.h"
#include "signer/zonefile/reader.h"
#include "signer/zonefile/writer.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t rrsets_a_chunk = 2048, most_problems_told = 10;

void append_text(const SignedZone& zone, std::size_t index, RecordText& text, std::string& out) {
    const auto& rrset = zone.rrsets[index];
    for (std::uint32_t i = 0; i < rrset.size(); ++i)
        text.append(out, rrset.owner, rrset.ttl, rrset.type, rrset.rdata(i));
    zone.for_each_signature(index, [&](BytesView rdata) {
        text.append(out, rrset.owner, rrset.ttl, rr::rrsig, rdata);
    });
}

std::uint64_t count_records(const SignedZone& zone) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < zone.rrsets.size(); ++i)
        count += zone.rrsets[i].size() + zone.spots[i].count;
    return count;
}

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
Outcome check_count(const SignedZone& zone, const Zone& read) {
    if (const auto expected = count_records(zone); read.record_count() != expected)
        return Fault{FaultClass::verification,
                     fmt::format("{} records were written, and {} are read back; look at the disk "
                                 "of the output, and report this as a fault of Kaspar",
                                 expected, read.record_count())};
    return Done{};
}

}  // namespace

Outcome write_signed_zone(const SignedZone& zone, FileWriter& file, unsigned threads) {
    const auto soa = zone.apex_index(rr::soa);
    RecordText soa_text;
    std::string head;
    append_text(zone, soa, soa_text, head);
    KASPAR_CHECK(file.write(head));
    // A bounded part of the text is in memory at a time.
    const std::size_t batch = rrsets_a_chunk * 8 * threads;
    std::vector<RecordText> formatters(threads);
    std::vector<std::string> texts(8 * std::size_t{threads});
    for (std::size_t first = 0; first < zone.rrsets.size(); first += batch) {
        const auto count = std::min(batch, zone.rrsets.size() - first);
        for_each_chunk(count, rrsets_a_chunk, threads, [&](const Chunk& chunk) {
            texts[chunk.index].clear();
            for (auto i = first + chunk.begin; i < first + chunk.end; ++i)
                if (i != soa)
                    append_text(zone, i, formatters[chunk.thread], texts[chunk.index]);
        });
        for (std::size_t i = 0; i < chunk_count(count, rrsets_a_chunk); ++i)
            KASPAR_CHECK(file.write(texts[i]));
    }
    return Done{};
}

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

VerificationResult verify_against(const Instruction& instruction, const Zone& zone,
                                  const Zone* last, Time now, unsigned threads) {
    const WholeZone whole(zone);
    std::optional<WholeZone> whole_last;
    if (last != nullptr)
        whole_last.emplace(*last);
    // In memory, neither can fail to be read.
    return verify({.zone = whole,
                   .now = now,
                   .make_verifier = make_verifier,
                   .extent = instruction.verify,
                   .threads = threads,
                   .ahead = keys_ahead(instruction),
                   .last = whole_last ? &*whole_last : nullptr,
                   .expected = expectations_of(instruction),
                   .required_algorithms = signing_algorithms(instruction),
                   .may_be_unsigned = instruction.keys.empty()})
        .value();
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

Result<PassedZone> pass_gate(const GateOrder& order) {
    KASPAR_TRY(auto file, FileWriter::create(order.instruction.output));
    KASPAR_CHECK(write_signed_zone(order.zone, file, order.threads));
    KASPAR_CHECK(file.flush());
    KASPAR_TRY(const auto read, read_zone_file(file.temporary(), order.instruction.zone)
                                    .within("reading the signed zone back"));
    KASPAR_CHECK(check_count(order.zone, read.zone));
    auto verification =
        verify_against(order.instruction, read.zone, order.last, order.now, order.threads);
    if (!verification.good())
        return Fault{FaultClass::verification, problem_words(verification)};
    return PassedZone{std::move(file), std::move(verification)};
}

}  // namespace kaspar::signer

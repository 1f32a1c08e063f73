#include "signer/publication.h"

#include <algorithm>

namespace kaspar::signer {

namespace {

std::vector<std::string> fingerprints(std::uint64_t keys, const Instruction& instruction) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < instruction.keys.size(); ++i)
        if ((keys >> i & 1) != 0)
            names.push_back(instruction.keys[i].dnskey.key.fingerprint());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<SignerSet> signer_sets(const Tally& tally, const Instruction& instruction) {
    std::vector<SignerSet> sets;
    for (const auto& [keys, rrsets] : tally.data_signers)
        sets.push_back({fingerprints(keys, instruction), rrsets});
    return sets;
}

}  // namespace

Publication describe_publication(const Instruction& instruction, ContentOrigin origin,
                                 Published published) {
    const auto& tally = published.written.tally;
    return {.generation = instruction.generation,
            .serial = published.serial,
            .input_serial = origin.input_serial,
            .published = published.now,
            .dnskeys = published.written.dnskeys,
            .dnskey_signers = fingerprints(tally.dnskey_signers, instruction),
            .data_signers = signer_sets(tally, instruction),
            .dnskey_ttl = instruction.dnskey_ttl,
            .largest_ttl = Duration(tally.largest_ttl),
            .negative_ttl = Duration(published.negative_ttl),
            .first_expiry = tally.first_expiry,
            .first_dnskey_expiry = tally.first_dnskey_expiry,
            .next_refresh = next_refresh(instruction.signatures, tally.first_expiry, published.now),
            .records = origin.records,
            .signatures = tally.signatures_made + tally.signatures_reused,
            .signatures_made = tally.signatures_made,
            .signatures_reused = tally.signatures_reused,
            .signatures_verified = published.verification.signatures_checked,
            .inputs = std::move(origin.inputs),
            .output = std::move(published.output)};
}

Publication confirm_publication(Publication last, const Instruction& instruction,
                                ContentOrigin origin) {
    last.generation = instruction.generation;
    last.input_serial = origin.input_serial;
    last.records = origin.records;
    last.inputs = std::move(origin.inputs);
    last.next_refresh = next_refresh(instruction.signatures, last.first_expiry, last.published);
    return last;
}

std::optional<Time> next_refresh(const SignatureTimes& times, std::optional<Time> first_expiry,
                                 Time published) {
    if (!first_expiry)
        return std::nullopt;
    const auto gathered = published + std::min(times.resign, times.refresh / 2);
    return std::max(due_time(*first_expiry, times), gathered);
}

}  // namespace kaspar::signer

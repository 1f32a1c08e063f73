#include "enforcer/emission.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/keys/envelope.h"
#include "common/system/file.h"

namespace kaspar::enforcer {

namespace {

std::vector<InstructedKey> instructed_keys(const Remembered& remembered) {
    const Arrangement& arranged = remembered.history.arrangement;
    std::vector<InstructedKey> keys;
    for (const KeyIndex i : arranged.dnskey | arranged.dnskey_signers | arranged.zone_signers) {
        const StoredKey& row = remembered.rows[i];
        keys.push_back({*row.dnskey, row.keystores, row.locator, arranged.dnskey.contains(i),
                        arranged.dnskey_signers.contains(i), arranged.zone_signers.contains(i)});
    }
    return keys;
}

bool parent_may_have_ds(const History& history) {
    return std::any_of(history.ds.begin(), history.ds.end(), [](const DsVersion& version) {
        return version.window.open() && !version.keys.empty();
    });
}

/// CDS and CDNSKEY tell the parent what its DS set should be (RFC 7344 §4); the delete form asks
/// for none (RFC 8078 §4) while there may be one.
void add_cds(Instruction& instruction, const Policy& policy, const Remembered& remembered) {
    instruction.cds_delete = false;
    const History& history = remembered.history;
    const bool rolling = !ds_awaited(history).empty() || !ds_to_go(history).empty();
    if (policy.cds == CdsPublication::none || (policy.cds == CdsPublication::rolls && !rolling))
        return;
    instruction.cds_delete = history.arrangement.ds.empty() && parent_may_have_ds(history);
    for (const KeyIndex key : history.arrangement.ds) {
        const Dnskey& dnskey = *remembered.rows[key].dnskey;
        instruction.cdnskey.push_back(dnskey);
        for (const DigestType type : policy.ds_digests)
            instruction.cds.push_back(make_ds(instruction.zone, dnskey, type));
    }
}

}  // namespace

std::filesystem::path instruction_path(const Configuration& configuration, const Name& zone) {
    return configuration.instructions() / zone.file_name();
}

Result<std::optional<Instruction>> standing_instruction(const Configuration& configuration,
                                                        const Zone& zone) {
    if (!zone.instruction)
        return std::optional<Instruction>{};
    const auto path = instruction_path(configuration, zone.name);
    KASPAR_TRY(const SealedInstruction sealed, open_seal(path, *zone.instruction));
    KASPAR_TRY(Instruction standing, parse_instruction(path, sealed.text));
    return std::optional(std::move(standing));
}

Instruction make_instruction(const Zone& zone, const Policy& policy, const Remembered& remembered) {
    Instruction instruction;
    instruction.zone = zone.name;
    instruction.input = zone.input;
    instruction.output = zone.output;
    instruction.signatures = policy.signatures;
    instruction.denial = {policy.denial, policy.opt_out, policy.iterations, zone.salt};
    instruction.serial = policy.serial;
    instruction.dnskey_ttl = policy.dnskey_ttl;
    instruction.max_ttl = policy.max_ttl;
    instruction.soa_minimum = policy.soa_minimum;
    instruction.zonemd = policy.zonemd;
    instruction.verify = policy.verify;
    instruction.keys = instructed_keys(remembered);
    add_cds(instruction, policy, remembered);
    instruction.least_share = policy.least_share;
    instruction.accepted_input = zone.accepted_input;
    return instruction;
}

Result<bool> renew_instruction(const Enforcement& with, Zone& zone, const Policy& policy,
                               Remembered& remembered) {
    // Until its first keys may be used a zone that is to be secure is not published at all: there
    // may be a DS for it, by another signer's keys.
    if (remembered.history.generation == 0 && !policy.keys.empty() &&
        remembered.history.arrangement.all().empty())
        return false;
    KASPAR_TRY(const auto standing, standing_instruction(with.configuration, zone));
    Instruction next = make_instruction(zone, policy, remembered);
    if (standing) {
        next.generation = standing->generation;
        next.issued = standing->issued;
        if (next == *standing)
            return false;
    }
    next.generation = remembered.history.generation + 1;
    next.issued = with.now;
    const std::string text = instruction_text(next);
    KASPAR_TRY(const Bytes signature, sign_envelope(with.configuration.enforcer_key, text));
    zone.instruction = seal_instruction(next, signature);
    zone.emitted = false;
    remembered.history.generation = next.generation;
    KASPAR_CHECK(note(with, zone, fmt::format("instruction {} is given", next.generation)));
    return true;
}

Outcome write_instruction(const Enforcement& with, const Zone& zone) {
    if (!zone.instruction)
        return Done{};
    const auto path = instruction_path(with.configuration, zone.name);
    KASPAR_TRY(const auto there, read_file_if_there(path));
    if (there != zone.instruction)
        KASPAR_CHECK(write_file(path, *zone.instruction));
    if (zone.emitted)
        return Done{};
    // Only if no other program has given a newer instruction meanwhile.
    return with.database.run("UPDATE zones SET emitted = 1 WHERE id = ? AND instruction = ?",
                             {zone.id, *zone.instruction});
}

}  // namespace kaspar::enforcer

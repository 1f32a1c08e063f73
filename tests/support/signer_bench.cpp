#include "tests/support/signer_bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/keys/envelope.h"
#include "common/system/file.h"
#include "signer/intake.h"

namespace kaspar::test {

namespace {

using namespace std::chrono_literals;
using Days = std::chrono::days;

void must(const Outcome& outcome) {
    require(outcome.ok(), outcome.ok() ? "" : outcome.fault().words.c_str());
}

Instruction usual_instruction(const Name& zone, const std::filesystem::path& folder) {
    Instruction instruction;
    instruction.zone = zone;
    instruction.generation = 1;
    instruction.input = folder / "input.zone";
    instruction.output = folder / "output.zone";
    instruction.signatures = {.validity = Days(14),
                              .dnskey_validity = Days(14),
                              .denial_validity = Days(14),
                              .refresh = Days(7),
                              .jitter = 0s,
                              .inception_offset = 1h,
                              .resign = 2h,
                              .renew_at_once = false};
    instruction.denial = {DenialType::nsec, false, 0, {}};
    instruction.serial = SerialPolicy::counter;
    instruction.dnskey_ttl = 1h;
    instruction.max_ttl = Days(7);
    instruction.zonemd = false;
    instruction.verify = VerifyExtent::all;
    instruction.cds_delete = false;
    instruction.least_share = 10;
    return instruction;
}

}  // namespace

SignerBench::SignerBench(std::string_view zone)
    : keys([this](const std::string&) -> Result<std::unique_ptr<KeyStore>> {
          return std::unique_ptr<KeyStore>(std::make_unique<LentKeyStore>(store));
      }) {
    configuration.file = folder / "kaspar.json";
    configuration.state = folder / "state";
    configuration.sandbox = true;
    configuration.enforcer_key = folder / "enforcer.pem";
    configuration.enforcer_public_key = folder / "enforcer.pub";
    must(make_envelope_key(configuration.enforcer_key, configuration.enforcer_public_key));
    must(make_folder(configuration.instructions()));
    instruction = usual_instruction(Name::from_text(zone).value(), folder.path());
    now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    instruction.issued = now;
}

std::size_t SignerBench::add_key(KeyRole role, Algorithm algorithm, unsigned bits) {
    const auto locator = fmt::format("{:032x}", instruction.keys.size() + 1);
    const std::uint16_t flags = role == KeyRole::zsk ? flag_zone : flag_zone | flag_sep;
    if (bits == 0)
        bits = facts(algorithm).default_bits;
    // Tags differ, as the enforcer sees to it.
    for (;;) {
        const auto key = store.generate(locator, {algorithm, bits}, {}).value();
        const Dnskey dnskey{flags, key};
        const bool taken =
            std::any_of(instruction.keys.begin(), instruction.keys.end(),
                        [&](const auto& other) { return other.dnskey.tag() == dnskey.tag(); });
        if (taken)
            continue;
        instruction.keys.push_back({.dnskey = dnskey,
                                    .keystores = {"memory"},
                                    .locator = locator,
                                    .publish = true,
                                    .sign_dnskey = role != KeyRole::zsk,
                                    .sign_zone = role != KeyRole::ksk});
        return instruction.keys.size() - 1;
    }
}

void SignerBench::input(std::string_view text) const {
    must(write_file(instruction.input, text));
}

void SignerBench::seal() const {
    const auto text = instruction_text(instruction);
    const auto signature = sign_envelope(configuration.enforcer_key, text).value();
    must(write_file(instruction_path(), seal_instruction(instruction, signature)));
}

signer::Execution SignerBench::run() {
    if (instruction != last_) {
        if (instruction.generation <= last_.generation)
            instruction.generation = last_.generation + 1;
        seal();
        last_ = instruction;
    }
    return run_as_is();
}

signer::Execution SignerBench::run_as_is() {
    return signer::execute(instruction_path(), {configuration, keys, now, 2, 3});
}

Report SignerBench::report() const {
    const auto file = signer::report_file(configuration, instruction_path());
    return parse_report(file, read_file(file).value()).value();
}

std::string SignerBench::output() const {
    return read_file(instruction.output).value();
}

std::filesystem::path SignerBench::instruction_path() const {
    return signer::instruction_file(configuration, instruction.zone);
}

}  // namespace kaspar::test

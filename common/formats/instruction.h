// The instruction: what the signer is to do with one zone. Written by the enforcer, signed with its
// Ed25519 key, numbered by generation, executed by the signer. It never holds a secret.
//
// On disk (state/instructions/ZONE): one JSON object {"instruction": {…}, "signature": "base64"}.
// The signature is over the octets of the instruction's canonical text: the compact JSON (no white
// space, members in the order of the field table) that write_instruction() produces.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/formats/signing.h"
#include "common/values/dnskey.h"
#include "common/values/name.h"

namespace kaspar {

struct InstructedKey {
    Dnskey dnskey;
    std::vector<std::string> keystores;  ///< every store that holds the key; the first signs
    std::string locator;
    bool publish;      ///< the DNSKEY is in the DNSKEY RRset
    bool sign_dnskey;  ///< signs the DNSKEY, CDS and CDNSKEY RRsets
    bool sign_zone;    ///< signs all other authoritative RRsets

    bool operator==(const InstructedKey&) const = default;
};

struct Instruction {
    static constexpr int current_version = 1;

    Name zone;
    std::uint64_t generation = 0;  ///< grows by one at every change
    Time issued;
    std::filesystem::path input, output;  ///< absolute

    SignatureTimes signatures;
    DenialParameters denial;
    SerialPolicy serial;
    Duration dnskey_ttl;
    Duration max_ttl;                     ///< a larger TTL in the input is an error
    std::optional<Duration> soa_minimum;  ///< absent: as in the input
    bool zonemd;                          ///< add a ZONEMD record (RFC 8976)
    VerifyExtent verify;

    std::vector<InstructedKey> keys;  ///< empty: the zone is published unsigned
    std::vector<Ds> cds;          ///< CDS RRset; {0,0,0,{0}} is the delete request (RFC 8078 §4)
    std::vector<Dnskey> cdnskey;  ///< CDNSKEY RRset
    bool cds_delete;              ///< publish the CDS and CDNSKEY delete records instead
    std::vector<Dnskey> foreign_dnskeys;  ///< keys of other signers, published and never used

    unsigned
        least_share;  ///< percent: an input with fewer records than this share of the last is held
    std::optional<std::string>
        accepted_input;  ///< SHA-256 (hex) of an input that a person accepted

    bool operator==(const Instruction&) const = default;
};

/// The enforcer's side. `sign` is given the canonical text and returns its Ed25519 signature.
std::string instruction_text(const Instruction& instruction);
std::string seal_instruction(const Instruction& instruction, BytesView signature);

/// The signer's side: splits a sealed instruction into text and signature, without trusting it.
struct SealedInstruction {
    std::string text;
    Bytes signature;
};
Result<SealedInstruction> open_seal(const std::filesystem::path& file, std::string_view content);

/// Reads the text of an instruction whose signature has been checked. Fault: state, naming file and
/// field.
Result<Instruction> parse_instruction(const std::filesystem::path& file, std::string_view text);

/// JSON Schema from the field table (schema/instruction.schema.json).
std::string instruction_schema();

}  // namespace kaspar

// The gate before publication (design promise 1): a signed zone that was written beside its
// destination is read back and verified, and only then may be put in its place.
#pragma once

#include <optional>

#include "common/formats/instruction.h"
#include "common/system/file.h"
#include "signer/core/verifier.h"
#include "signer/signing_loop.h"

namespace kaspar::signer {

/// What passed.
struct Passed {
    VerificationResult verification;
    FileIdentity output;  ///< the file as it will be published
};

struct GateOrder {
    const Instruction& instruction;
    const WrittenStretches& written;
    FileWriter& file;         ///< holds it
    const ZoneByOwner* last;  ///< the last output, if it is ours, else nullptr
    Time now;
    unsigned threads;
};

/// Afterwards the file is on the disk, one commit() away from being published. Fault: io;
/// verification, with the first problems in words.
Result<Passed> pass_gate(const GateOrder& order);

/// What the verifier must find, by the instruction.
Expectations expectations_of(const Instruction& instruction);

/// Keys that sign the zone without being published: ahead of their DNSKEY in a conservative
/// algorithm roll, or after it was withdrawn.
std::vector<Dnskey> keys_ahead(const Instruction& instruction);

/// The check of a zone against an instruction, without any file. `last` as in GateOrder. Fault: io,
/// input.
Result<VerificationResult> verify_against(const Instruction& instruction, const ZoneParts& zone,
                                          const ZoneByOwner* last, Time now, unsigned threads);

/// The first problems, one line each, and how many more there are.
std::string problem_words(const VerificationResult& result);

}  // namespace kaspar::signer

// The gate before publication (design promise 1): a signed zone is written beside its destination,
// read back from the disk and verified, and only then put in its place.
#pragma once

#include <optional>

#include "common/formats/instruction.h"
#include "common/system/file.h"
#include "signer/core/signed_zone.h"
#include "signer/core/verifier.h"

namespace kaspar::signer {

/// A verified zone in its temporary file, one commit() away from being published.
struct PassedZone {
    FileWriter file;
    VerificationResult verification;
};

struct GateOrder {
    const Instruction& instruction;
    const SignedZone& zone;
    const Zone* last;  ///< the last output, if it is ours, else nullptr
    Time now;
    unsigned threads;
};

/// Fault: io; verification, with the first problems in words. The temporary file is gone then.
Result<PassedZone> pass_gate(const GateOrder& order);

/// Writes the zone as text, the SOA record first, each RRset followed by its signatures. Fault: io.
Outcome write_signed_zone(const SignedZone& zone, FileWriter& file, unsigned threads);

/// What the verifier must find, by the instruction.
Expectations expectations_of(const Instruction& instruction);

/// Keys that sign the zone without being published: ahead of their DNSKEY in a conservative
/// algorithm roll, or after it was withdrawn.
std::vector<Dnskey> keys_ahead(const Instruction& instruction);

/// The check of a zone against an instruction, without any file. `last` as in GateOrder.
VerificationResult verify_against(const Instruction& instruction, const Zone& zone,
                                  const Zone* last, Time now, unsigned threads);

/// The first problems, one line each, and how many more there are.
std::string problem_words(const VerificationResult& result);

}  // namespace kaspar::signer

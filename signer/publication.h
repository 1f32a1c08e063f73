// What the report says of a zone that was published.
#pragma once

#include "common/formats/instruction.h"
#include "common/formats/report.h"
#include "signer/core/verifier.h"
#include "signer/signing_loop.h"

namespace kaspar::signer {

/// Where the content of a publication came from. When the last good content was signed again, this
/// is what the last publication said.
struct ContentOrigin {
    std::vector<FileIdentity> inputs;
    std::uint32_t input_serial;
    std::uint64_t records;  ///< in the input, DNSSEC records excluded
};

/// A zone that was signed, written and verified.
struct Published {
    const WrittenStretches& written;
    const VerificationResult& verification;
    std::uint32_t serial;
    std::uint32_t negative_ttl;  ///< seconds
    FileIdentity output;         ///< the file as it was published
    Time now;
};

Publication describe_publication(const Instruction& instruction, ContentOrigin origin,
                                 Published published);

/// The last publication, when the instruction and the input were looked at again and would give the
/// very same zone.
Publication confirm_publication(Publication last, const Instruction& instruction,
                                ContentOrigin origin);

/// When the first signature comes due, but not before signatures that come due soon after each
/// other can be gathered (`resign`), and with at least half of `refresh` left.
std::optional<Time> next_refresh(const SignatureTimes& times, std::optional<Time> first_expiry,
                                 Time published);

}  // namespace kaspar::signer

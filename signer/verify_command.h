// `kaspar-signer verify FILE --zone NAME`: what the verifier says of a zone file, for a person or,
// as JSON, for a program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/values/name.h"
#include "common/values/time.h"
#include "signer/core/verifier.h"

namespace kaspar::signer {

/// One line a problem and a warning, then the verdict.
std::string verification_text(const Name& zone, const VerificationResult& result, Time now);

/// One JSON object.
std::string verification_json(const Name& zone, const VerificationResult& result);

/// Reads and verifies the file with every signature, by those in `ahead` too, and prints to
/// standard output; what kept the file from being read goes to standard error. Returns the exit
/// status: 0 good, 1 not.
int run_verify(const std::filesystem::path& file, const Name& zone, Time now, bool json,
               bool may_be_unsigned = false, std::vector<Dnskey> ahead = {});

}  // namespace kaspar::signer

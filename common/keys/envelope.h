// The enforcer's Ed25519 key, with which instructions are signed, so that a signer executes only
// what its enforcer said (RFC 8032). The private half stays with the enforcer.
#pragma once

#include <filesystem>

#include "common/values/bytes.h"
#include "common/values/result.h"

namespace kaspar {

/// Makes a key pair: PKCS#8 PEM (mode 0600) and SubjectPublicKeyInfo PEM (0644). Refused if the
/// private file exists. Fault: io, refused.
Outcome make_envelope_key(const std::filesystem::path& private_file,
                          const std::filesystem::path& public_file);

/// Fault: key, io (missing, readable by others, malformed).
Result<Bytes> sign_envelope(const std::filesystem::path& private_file, std::string_view text);

/// Fault: key, io if the key cannot be read or everybody could have put another there; state if the
/// signature is wrong.
Outcome check_envelope(const std::filesystem::path& public_file, std::string_view text,
                       BytesView signature);

}  // namespace kaspar

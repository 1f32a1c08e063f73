// PEM, the text form of keys (RFC 7468).
#pragma once

#include <string>
#include <string_view>

#include "common/system/secret.h"
#include "common/values/bytes.h"
#include "common/values/result.h"

namespace kaspar {

constexpr std::string_view pem_private_key = "PRIVATE KEY";
constexpr std::string_view pem_encrypted_private_key = "ENCRYPTED PRIVATE KEY";
constexpr std::string_view pem_public_key = "PUBLIC KEY";

std::string to_pem(std::string_view label, BytesView der);

/// The octets of the first PEM block, which must have this label; text before it is skipped. They
/// may be secret, so they come as one. Fault: key.
Result<Secret> from_pem(std::string_view label, std::string_view text);

}  // namespace kaspar

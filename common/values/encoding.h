// Text forms of octets: base64 (RFC 4648 §4), hexadecimal, and base32hex without padding as NSEC3
// owner names use it (RFC 5155 §3.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/values/bytes.h"

namespace kaspar {

std::string to_base64(BytesView octets);
void append_base64(std::string& out, BytesView octets);
std::optional<Bytes> from_base64(std::string_view text);

/// Appends the octets, fast; for what is no secret. False if the text is not what to_base64() gives
/// for any octets; what is appended is of no use then.
bool append_from_base64(std::string_view text, Bytes& out);

std::string to_hex(BytesView octets);  ///< lower case
void append_upper_hex(std::string& out, BytesView octets);
std::optional<Bytes> from_hex(std::string_view text);

std::string to_base32hex(BytesView octets);  ///< lower case, no padding
void append_base32hex(std::string& out, BytesView octets);
std::optional<Bytes> from_base32hex(std::string_view text);

}  // namespace kaspar

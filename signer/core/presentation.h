// Names and types as text, for messages and zone files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/values/bytes.h"

namespace kaspar::signer {

/// Appends a wire-format name in presentation format (RFC 1035 §5.1), absolute, every octet but
/// letters, digits, '-', '_' and '*' escaped.
void append_name_text(std::string& out, BytesView name);

/// The same as libknot writes it in RDATA: '/' stands for itself, and '#' is written \035.
void append_rdata_name_text(std::string& out, BytesView name);

/// An owner as a string of its own.
std::string name_text(BytesView name);

/// "A", "NSEC3", "TYPE65280" (RFC 3597 §5).
std::string type_text(std::uint16_t type);
void append_type_text(std::string& out, std::uint16_t type);

/// The same for the types that zones are full of; empty for others.
std::string_view usual_type_text(std::uint16_t type);

/// The type of which usual_type_text() gives this text; absent if there is none.
std::optional<std::uint16_t> usual_type(std::string_view text);

}  // namespace kaspar::signer

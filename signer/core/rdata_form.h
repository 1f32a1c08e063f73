// What RDATA must be beyond its shape (rdata_names.h) so that a name server takes it. One record
// with a digest cut short keeps BIND from loading a zone at all; Knot and NSD load it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/values/bytes.h"

namespace kaspar::signer {

/// What is wrong with the RDATA, in words; absent if nothing is. It has its type's shape.
std::optional<std::string_view> form_fault(std::uint16_t type, BytesView rdata);

}  // namespace kaspar::signer

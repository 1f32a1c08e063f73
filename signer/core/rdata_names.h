// Where domain names lie in RDATA, for the types of which canonical form asks it (RFC 4034 §6.2 as
// corrected by RFC 6840 §5.1) or whose RDATA must not be taken on trust.
#pragma once

#include <cstdint>

#include "common/values/bytes.h"

namespace kaspar::signer {

/// True if names in RDATA of this type are put in lower case in canonical form.
bool has_canonical_names(std::uint16_t type);

/// False if the RDATA cannot be of its type: an address of the wrong length, a name that runs past
/// the end, octets left over or missing. Types whose shape is not known here are always true.
bool rdata_has_its_shape(std::uint16_t type, BytesView rdata);

}  // namespace kaspar::signer

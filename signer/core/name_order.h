// Comparing names in wire format without making objects of them: canonical order (RFC 4034 §6.1),
// equality and descent, the case of ASCII letters ignored (RFC 4343). All take uncompressed,
// well-formed names, root label included.
#pragma once

#include <compare>

#include "common/values/bytes.h"

namespace kaspar::signer {

constexpr std::uint8_t lower_octet(std::uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet + ('a' - 'A')) : octet;
}

/// Canonical order of two names (RFC 4034 §6.1).
std::strong_ordering compare_names(BytesView a, BytesView b);

bool same_name(BytesView a, BytesView b);

/// True if `name` is `ancestor` or below it.
bool name_is_within(BytesView name, BytesView ancestor);

/// The name without its first label; the root has none (empty).
inline BytesView parent_name(BytesView name) {
    return name.size() <= 1 ? BytesView() : name.subspan(name[0] + 1U);
}

/// Labels without the root label.
unsigned count_labels(BytesView name);

/// True if the first label is "*" (RFC 4592 §2.1.1).
inline bool is_wildcard(BytesView name) {
    return name.size() > 2 && name[0] == 1 && name[1] == '*';
}

/// Appends a key of the name whose octet-wise order (shorter first) is the canonical order: labels
/// from the last to the first in lower case, each ended by 0x00; the octets 0x00 and 0x01 within a
/// label become 0x01 0x01 and 0x01 0x02, so that they stay above the end of a label.
void append_name_key(BytesView name, Bytes& out);

/// Appends the name in lower case.
void append_lower_name(BytesView name, Bytes& out);

}  // namespace kaspar::signer

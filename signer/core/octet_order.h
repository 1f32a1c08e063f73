// Octet strings in order: by their first octet that differs, a shorter one first.
#pragma once

#include <algorithm>
#include <cstring>

#include "common/values/bytes.h"

namespace kaspar::signer {

/// Below, at or above 0 as `a` comes before `b`, is equal, or comes after it.
inline int compare_octets(BytesView a, BytesView b) {
    const auto common = std::min(a.size(), b.size());
    const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    if (order != 0)
        return order;
    return a.size() < b.size() ? -1 : a.size() > b.size();
}

}  // namespace kaspar::signer

// Sorting very many names canonically (RFC 4034 §6.1), on keys made once for each.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "common/values/bytes.h"

namespace kaspar::signer {

/// The indexes of `count` names in canonical order; equal names stay in the order that they had.
/// `name` gives the i-th in wire format, to any thread.
std::vector<std::uint32_t> order_of_names(std::uint32_t count,
                                          const std::function<BytesView(std::uint32_t)>& name,
                                          unsigned threads);

}  // namespace kaspar::signer

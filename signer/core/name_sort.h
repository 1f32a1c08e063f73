// Sorting very many names canonically (RFC 4034 §6.1), on keys made once for each.
#pragma once

#include <cstdint>
#include <vector>

#include "common/values/bytes.h"

namespace kaspar::signer {

class NameSort {
  public:
    /// Room for that many names, of that many octets in all.
    NameSort(std::size_t names, std::size_t octets);

    void add(BytesView name);

    /// The names' indexes in canonical order; equal names stay in the order they were added.
    std::vector<std::uint32_t> order() const;

  private:
    /// What is really sorted: eight octets of the key in a register, the rest behind an index.
    struct Entry {
        std::uint64_t prefix;
        std::uint32_t name;
    };
    BytesView key(std::uint32_t name) const;
    std::size_t common_prefix() const;
    std::vector<Entry> entries(std::size_t skipped) const;

    Bytes keys_;
    std::vector<std::uint64_t> key_ends_;
};

}  // namespace kaspar::signer

// A long row that only grows at its end and is given up from its front, in blocks of one size: it
// never moves what it holds, and needs no guess of its length. Short rows take little.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "common/values/result.h"

namespace kaspar::signer {

/// Blocks hold 2^`bits` items. What is appended at once lies in one block.
template <typename T, unsigned bits>
class Blocks {
  public:
    static constexpr std::uint64_t block_size = std::uint64_t{1} << bits;

    /// Where the items went; they are at most a block's. Also of no items, the place is in a block.
    std::uint64_t append(std::span<const T> items) {
        require(items.size() <= block_size, "items of one block");
        const auto room = std::max<std::size_t>(items.size(), 1);
        if (blocks_.empty() || blocks_.back().size() + room > block_size)
            add_block();
        auto& block = blocks_.back();
        const auto at = (blocks_.size() - 1) << bits | block.size();
        block.insert(block.end(), items.begin(), items.end());
        return at;
    }

    std::span<const T> at(std::uint64_t place, std::size_t count) const {
        return std::span(blocks_[place >> bits]).subspan(place & (block_size - 1), count);
    }

    /// For rows that are appended to one by one, and so have no gaps: the index is the place.
    const T& operator[](std::uint64_t place) const {
        return blocks_[place >> bits][place & (block_size - 1)];
    }

    /// Gives up the blocks before that of `place`.
    void free_before(std::uint64_t place) {
        for (; freed_ < place >> bits; ++freed_)
            blocks_[freed_] = std::vector<T>();  // "= {}" would keep the memory
    }

  private:
    // The first block grows as any vector does, so that a short row is a short vector.
    void add_block() {
        blocks_.emplace_back();
        if (blocks_.size() > 1)
            blocks_.back().reserve(block_size);
    }

    std::vector<std::vector<T>> blocks_;
    std::uint64_t freed_ = 0;
};

}  // namespace kaspar::signer

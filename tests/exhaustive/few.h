// A short list with room of its own, so that a million states can be copied without allocating.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "common/values/result.h"

namespace kaspar::exhaustive {

template <typename Item, std::size_t most>
class Few {
  public:
    void push_back(const Item& item) {
        require(size_ < most, "the search keeps no more than this in one list");
        items_[size_++] = item;
    }
    template <typename Predicate>
    void erase_if(Predicate predicate) {
        size_ = static_cast<std::size_t>(std::remove_if(begin(), end(), predicate) - begin());
    }
    void clear() { size_ = 0; }
    void sort() { std::sort(begin(), end()); }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    Item& operator[](std::size_t index) { return items_[index]; }
    const Item& operator[](std::size_t index) const { return items_[index]; }
    Item* begin() { return items_.data(); }
    Item* end() { return items_.data() + size_; }
    const Item* begin() const { return items_.data(); }
    const Item* end() const { return items_.data() + size_; }

  private:
    std::array<Item, most> items_{};
    std::size_t size_ = 0;
};

}  // namespace kaspar::exhaustive

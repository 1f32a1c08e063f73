// A set of a zone's keys, by their position in History::keys. At most 64 keys of one zone are in
// play at once; withdrawn keys that no cache can hold are not counted.
#pragma once

#include <bit>
#include <cstdint>

#include "common/values/result.h"

namespace kaspar::enforcer {

using KeyIndex = unsigned;

class KeySet {
  public:
    static constexpr unsigned capacity = 64;

    constexpr KeySet() = default;
    static constexpr KeySet of(auto... keys) {
        KeySet set;
        (set.insert(static_cast<KeyIndex>(keys)), ...);
        return set;
    }

    constexpr bool contains(KeyIndex key) const { return (bits_ >> key & 1) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr unsigned size() const { return static_cast<unsigned>(std::popcount(bits_)); }
    constexpr bool is_subset_of(KeySet other) const { return (bits_ & ~other.bits_) == 0; }

    constexpr void insert(KeyIndex key) {
        require(key < capacity, "no more than 64 keys of a zone are in play");
        bits_ |= std::uint64_t{1} << key;
    }
    constexpr void erase(KeyIndex key) { bits_ &= ~(std::uint64_t{1} << key); }

    friend constexpr KeySet operator|(KeySet a, KeySet b) { return KeySet(a.bits_ | b.bits_); }
    friend constexpr KeySet operator&(KeySet a, KeySet b) { return KeySet(a.bits_ & b.bits_); }
    friend constexpr KeySet operator-(KeySet a, KeySet b) { return KeySet(a.bits_ & ~b.bits_); }
    constexpr KeySet& operator|=(KeySet other) { return *this = *this | other; }
    constexpr bool operator==(const KeySet&) const = default;

    class Iterator {
      public:
        constexpr explicit Iterator(std::uint64_t rest) : rest_(rest) {}
        constexpr KeyIndex operator*() const {
            return static_cast<KeyIndex>(std::countr_zero(rest_));
        }
        constexpr Iterator& operator++() {
            rest_ &= rest_ - 1;
            return *this;
        }
        constexpr bool operator!=(const Iterator& other) const { return rest_ != other.rest_; }

      private:
        std::uint64_t rest_;
    };
    constexpr Iterator begin() const { return Iterator(bits_); }
    constexpr Iterator end() const { return Iterator(0); }

  private:
    constexpr explicit KeySet(std::uint64_t bits) : bits_(bits) {}
    std::uint64_t bits_ = 0;
};

/// Calls `visit` with every subset of `set`, the empty one and `set` itself included.
template <typename Visit>
void for_each_subset(KeySet set, Visit visit) {
    KeySet subset;
    for (;;) {
        visit(subset);
        if (subset == set)
            return;
        // Counts up within the members of `set`: adds one at the lowest member not yet in.
        for (const KeyIndex key : set) {
            if (!subset.contains(key)) {
                subset.insert(key);
                break;
            }
            subset.erase(key);
        }
    }
}

}  // namespace kaspar::enforcer

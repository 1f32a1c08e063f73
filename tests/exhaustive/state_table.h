// The states seen, by their fingerprints, each with the one from which it was reached first.
#pragma once

#include <cstdint>
#include <vector>

namespace kaspar::exhaustive {

class StateTable {
  public:
    struct Entry {
        std::uint64_t state = 0;  ///< 0: free
        std::uint64_t from = 0;
        bool seen = false;  ///< in the search's reach
        bool ends = false;  ///< comes to a good end, if everybody is prompt
    };

    StateTable() : entries_(1U << 16) {}

    /// The entry of `state`, made if there is none. Valid until the next call.
    Entry& operator[](std::uint64_t state) {
        if (used_ * 3 > entries_.size() * 2)
            grow();
        Entry& entry = place(state);
        if (entry.state == 0) {
            entry.state = state;
            ++used_;
        }
        return entry;
    }

  private:
    Entry& place(std::uint64_t state) {
        std::size_t at = state & (entries_.size() - 1);
        while (entries_[at].state != 0 && entries_[at].state != state)
            at = (at + 1) & (entries_.size() - 1);
        return entries_[at];
    }

    void grow() {
        std::vector<Entry> old(entries_.size() * 2);
        old.swap(entries_);
        for (const Entry& entry : old)
            if (entry.state != 0)
                place(entry.state) = entry;
    }

    std::vector<Entry> entries_;
    std::size_t used_ = 0;
};

}  // namespace kaspar::exhaustive

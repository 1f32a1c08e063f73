// What is wrong with a zone file, in words, and when there is no use in looking for more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/values/result.h"

namespace kaspar::signer {

/// The errors found so far: the first ones in words, all of them counted.
class Complaints {
  public:
    /// Long words are cut, and control characters replaced: they may be the zone file's.
    void add(std::string_view words);

    /// A parenthesis that is never closed: to see that, all the rest of its file was gone through.
    void note_endless() { ++endless_; }

    /// True after so many of those, or so many errors of any kind, that there is no use in more: a
    /// large file that is wrong throughout, or is included again and again, would take hours.
    bool is_given_up() const;

    std::uint64_t count() const { return count_; }

    /// All that was told: input.
    Fault fault() const;

  private:
    std::vector<std::string> words_;
    std::uint64_t count_ = 0;
    unsigned endless_ = 0;
};

/// A line for a message: its start, control characters replaced.
std::string start_of(std::string_view item);

/// What is wrong if a zone that takes so many octets of memory, and as many again to be packed,
/// does not fit. A file's size does not tell how much $GENERATE and $INCLUDE make of it; and a
/// signer that the system kills for what it takes signs no other zone either.
std::optional<std::string> want_of_memory(std::uint64_t held);

}  // namespace kaspar::signer

// $GENERATE as BIND has it: one line that stands for a row of records.
//
//     $GENERATE start-stop[/step] lhs [ttl] [class] type rhs
//
// In lhs and rhs "$" is the number, "${offset[,width[,base]]}" the number plus offset, at least
// `width` wide, in base d, o, x or X, or as reversed nibbles n or N; "$$" and "\$" are a dollar.
// An rhs in quotes is taken without them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/values/result.h"

namespace kaspar::signer {

/// More records than this from one directive are refused: an address block of size /8.
constexpr std::uint64_t most_generated = std::uint64_t{1} << 24;

class Generate {
  public:
    /// Reads the directive. Fault: input.
    static Result<Generate> parse(std::string_view item);

    std::uint32_t start() const { return start_; }
    std::uint32_t stop() const { return stop_; }
    std::uint32_t step() const { return step_; }

    /// The record for one number, as zone text with a newline. Fault: input.
    Result<std::string> record(std::uint32_t number) const;

  private:
    Generate() = default;
    Outcome parse_range(std::string_view range);
    std::uint32_t start_ = 0, stop_ = 0, step_ = 1;
    std::string lhs_, middle_, rhs_;
};

}  // namespace kaspar::signer

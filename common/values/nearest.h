// "Did you mean …?": the known word that is nearest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kaspar {

/// Insertions, deletions and replacements of one octet that turn one into the other (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known word that a person who typed `mistyped` most likely meant, the case of letters
/// ignored;
/// "" if none is near.
std::string nearest_word(std::string_view mistyped, std::span<const std::string> known);

/// "; did you mean 'default'?", or nothing if none is near.
std::string did_you_mean(std::string_view mistyped, std::span<const std::string> known);

}  // namespace kaspar

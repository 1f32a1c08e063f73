// "Did you mean …?": the known word that is nearest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kaspar::enforcer {

/// Insertions, deletions and replacements of one octet that turn one into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// "; did you mean 'default'?", or nothing if none is near.
std::string did_you_mean(std::string_view mistyped, const std::vector<std::string>& known);

}  // namespace kaspar::enforcer

#include "common/values/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace kaspar {

namespace {

/// Nobody mistypes more than this; hostile input would make us compute for long.
constexpr std::size_t longest_word = 100;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

std::string nearest_word(std::string_view mistyped, std::span<const std::string> known) {
    if (mistyped.size() > longest_word)
        return "";
    const std::string* nearest = nullptr;
    std::size_t least = std::max<std::size_t>(2, mistyped.size() / 3) + 1;
    least = std::min(least, mistyped.size());  // a word of which nothing is right is not meant
    for (const std::string& word : known)
        if (const auto distance = edit_distance(lower(mistyped), lower(word)); distance < least) {
            least = distance;
            nearest = &word;
        }
    return nearest != nullptr ? *nearest : "";
}

std::string did_you_mean(std::string_view mistyped, std::span<const std::string> known) {
    const std::string meant = nearest_word(mistyped, known);
    return meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant);
}

}  // namespace kaspar

#include "common/formats/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace kaspar::fields {
namespace {

/// A value as it is shown in a message: not longer than a glance.
std::string shown(const JsonValue& value) {
    constexpr std::size_t longest = 60;
    if (value.object() != nullptr)
        return "an object {…}";
    if (value.list() != nullptr)
        return "a list […]";
    const std::string text = compact_json(value);
    return text.size() <= longest ? text : fmt::format("a text of {} octets", text.size() - 2);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// Letters inserted, removed or replaced to get from one to the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
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

}  // namespace

Reading::Inside::Inside(Reading& reading, std::string_view step)
    : reading_(reading), length_(reading.path_.size()) {
    if (!reading.path_.empty() && !step.starts_with('['))
        reading.path_ += '.';
    reading.path_ += step;
}

Reading::Inside Reading::enter(std::string_view field, Position at) {
    const std::string inner = path_.empty() || field.starts_with('[') ? path_ : path_ + ".";
    positions_.emplace(inner + std::string(field), at);
    return {*this, field};
}

Reading::Inside Reading::enter(std::size_t index, Position at) {
    return enter(fmt::format("[{}]", index), at);
}

void Reading::error(Position at, std::string words, std::string remedy) {
    findings_.push_back({Severity::error, at, path_, std::move(words), std::move(remedy)});
}

void Reading::error(std::string_view field, Position at, std::string words, std::string remedy) {
    const Inside inside(*this, field);
    const auto known = positions_.find(path_);
    error(known == positions_.end() ? at : known->second, std::move(words), std::move(remedy));
}

void Reading::not_a(const JsonValue& value, std::string_view expected, std::string remedy) {
    error(value.at, fmt::format("{} is not {}", shown(value), expected), std::move(remedy));
}

void Reading::refuse_unknown(const JsonObject& members, std::span<const std::string> known) {
    for (const JsonMember& member : members) {
        if (std::find(known.begin(), known.end(), member.key) != known.end())
            continue;
        const std::string meant = nearest(member.key, known);
        error(member.key, member.key_at, "there is no such field",
              meant.empty() ? "here can be " + quoted_choice(known)
                            : fmt::format("did you mean \"{}\"?", meant));
    }
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
    if (word.size() > 100)
        return "";
    std::size_t best = 1 + std::max<std::size_t>(1, word.size() / 3);
    std::string found;
    for (const std::string& candidate : candidates) {
        const std::size_t far = distance(lower(word), lower(candidate));
        if (far < best) {
            best = far;
            found = candidate;
        }
    }
    return found;
}

std::string quoted_choice(std::span<const std::string> words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view separator = i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
        out += fmt::format("{}\"{}\"", separator, words[i]);
    }
    return out;
}

}  // namespace kaspar::fields

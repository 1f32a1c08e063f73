#include "common/formats/reading.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/values/nearest.h"

namespace kaspar::fields {
namespace {

/// No person mends more at once; a hostile document would have us write for long.
constexpr std::size_t most_findings = 100;

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
    if (error_count_++ > most_findings)
        return;
    if (error_count_ > most_findings) {
        words = "this is wrong, and so may be more";
        remedy = "mend what stands above first";
        abandon();
    }
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
        if (abandoned())
            return;
        if (std::find(known.begin(), known.end(), member.key) != known.end())
            continue;
        const std::string meant = nearest_word(member.key, known);
        error(member.key, member.key_at, "there is no such field",
              meant.empty() ? "here can be " + quoted_choice(known)
                            : fmt::format("did you mean \"{}\"?", meant));
    }
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

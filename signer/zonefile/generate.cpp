#include "signer/zonefile/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "signer/zonefile/items.h"

namespace kaspar::signer {

namespace {

constexpr std::uint32_t largest_number = 0x7fffffff;
constexpr unsigned largest_width = 127;

Fault fault(std::string words) {
    return {FaultClass::input, std::move(words)};
}

/// Reads a whole number that fills `text`.
template <typename T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end)
        return std::nullopt;
    return value;
}

/// Cuts `text` at the first `separator`; the second half is absent if there is none.
std::pair<std::string_view, std::optional<std::string_view>> cut(std::string_view text,
                                                                 char separator) {
    const auto at = text.find(separator);
    if (at == text.npos)
        return {text, std::nullopt};
    return {text.substr(0, at), text.substr(at + 1)};
}

/// What stands in braces after a "$".
struct Modifier {
    std::int64_t offset = 0;
    unsigned width = 0;
    char base = 'd';
};

std::optional<Modifier> parse_modifier(std::string_view text) {
    Modifier modifier;
    const auto [offset, rest] = cut(text, ',');
    const auto value = number<std::int32_t>(offset.substr(offset.starts_with('+')));
    if (!value)
        return std::nullopt;
    modifier.offset = *value;
    if (!rest)
        return modifier;
    const auto [width, base] = cut(*rest, ',');
    const auto wide = number<unsigned>(width);
    if (!wide || *wide > largest_width)
        return std::nullopt;
    modifier.width = *wide;
    if (!base)
        return modifier;
    if (base->size() != 1 || std::string_view("doxXnN").find(base->front()) == base->npos)
        return std::nullopt;
    modifier.base = base->front();
    return modifier;
}

/// The number's nibbles, lowest first, as labels; `width` counts digits and dots, as in BIND.
std::string nibbles(std::uint64_t value, unsigned width, bool upper) {
    const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    const auto shrink = [&width] { width -= width > 0 ? 1 : 0; };
    std::string text;
    do {
        text += digits[value & 0xf];
        value >>= 4;
        shrink();
        if (width > 0 || value != 0) {
            text += '.';
            shrink();
        }
    } while (width > 0 || value != 0);
    return text;
}

std::string format_number(std::uint64_t value, const Modifier& modifier) {
    const auto width = modifier.width;
    switch (modifier.base) {
        case 'o':
            return fmt::format("{:0{}o}", value, width);
        case 'x':
            return fmt::format("{:0{}x}", value, width);
        case 'X':
            return fmt::format("{:0{}X}", value, width);
        case 'n':
        case 'N':
            return nibbles(value, width, modifier.base == 'N');
        default:
            return fmt::format("{:0{}d}", value, width);
    }
}

/// Puts the number in place of the "$" at the start of `rest`, and cuts what was read from it.
Outcome substitute(std::string_view& rest, std::uint32_t value, std::string& out) {
    Modifier modifier;
    rest.remove_prefix(1);
    if (rest.starts_with('$')) {
        rest.remove_prefix(1);
        out += "\\$";
        return Done{};
    }
    if (rest.starts_with('{')) {
        const auto end = rest.find('}');
        const auto parsed =
            end == rest.npos ? std::nullopt : parse_modifier(rest.substr(1, end - 1));
        if (!parsed)
            return fault(fmt::format(
                "\"${}\" is not ${{offset,width,base}} with base d, o, x, X, n or N", rest));
        modifier = *parsed;
        rest.remove_prefix(end + 1);
    }
    const auto sum = std::int64_t{value} + modifier.offset;
    if (sum < 0)
        return fault(
            fmt::format("the offset {} makes the number {} negative", modifier.offset, value));
    out += format_number(static_cast<std::uint64_t>(sum), modifier);
    return Done{};
}

Outcome expand(std::string_view pattern, std::uint32_t value, std::string& out) {
    while (!pattern.empty()) {
        if (pattern.front() == '$') {
            KASPAR_CHECK(substitute(pattern, value, out));
            continue;
        }
        const std::size_t taken = pattern.front() == '\\' ? 2 : 1;
        out += pattern.substr(0, taken);
        pattern.remove_prefix(std::min(taken, pattern.size()));
    }
    return Done{};
}

bool is_class_or_ttl(std::string_view word) {
    return (word.front() >= '0' && word.front() <= '9') || word == "IN" || word == "in" ||
           word == "In" || word == "iN";
}

/// A quoted rhs as BIND's lexer gives it on: \" has lost its backslash, other escapes have not.
std::string without_quotes(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            if (text[i + 1] != '"')
                out += text[i];
            ++i;
        }
        out += text[i];
    }
    return out;
}

std::string join(const std::vector<Word>& words, std::size_t from) {
    if (words.size() == from + 1 && words[from].quoted)
        return without_quotes(words[from].text);
    std::string out;
    for (auto i = from; i < words.size(); ++i) {
        const auto quote = words[i].quoted ? "\"" : "";
        out += fmt::format("{}{}{}{}", i > from ? " " : "", quote, words[i].text, quote);
    }
    return out;
}

}  // namespace

Result<Generate> Generate::parse(std::string_view item) {
    const auto words = words_of(item);
    std::size_t type = 3;
    while (type < words.size() && !words[type].text.empty() && is_class_or_ttl(words[type].text))
        ++type;
    if (type + 1 >= words.size())
        return fault("$GENERATE needs: start-stop[/step] lhs [ttl] [class] type rhs");
    Generate generate;
    KASPAR_CHECK(generate.parse_range(words[1].text));
    generate.lhs_ = words[2].text;
    for (std::size_t i = 3; i <= type; ++i)
        generate.middle_ += fmt::format(" {}", words[i].text);
    generate.rhs_ = join(words, type + 1);
    return generate;
}

Outcome Generate::parse_range(std::string_view range) {
    const auto [bounds, step] = cut(range, '/');
    const auto [start, stop] = cut(bounds, '-');
    const auto first = number<std::uint32_t>(start);
    const auto last = number<std::uint32_t>(stop.value_or(""));
    const auto by = step ? number<std::uint32_t>(*step) : 1;
    if (!first || !last || !by || *by == 0 || *first > *last || *last > largest_number)
        return fault(fmt::format("\"{}\" is not a range start-stop[/step]", range));
    if ((*last - *first) / *by >= most_generated)
        return fault(fmt::format("the range {} makes more than {} records; split or narrow it",
                                 range, most_generated));
    start_ = *first;
    stop_ = *last;
    step_ = *by;
    return Done{};
}

Result<std::string> Generate::record(std::uint32_t value) const {
    std::string text;
    KASPAR_CHECK(expand(lhs_, value, text));
    text += middle_;
    text += ' ';
    KASPAR_CHECK(expand(rhs_, value, text));
    text += '\n';
    return text;
}

}  // namespace kaspar::signer

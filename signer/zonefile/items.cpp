#include "signer/zonefile/items.h"

#include <algorithm>
#include <utility>

namespace kaspar::signer {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

bool ends_word(char c) {
    return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')' || c == '"';
}

std::size_t end_of_line(std::string_view text, std::size_t at) {
    return std::min(text.find('\n', at), text.size());
}

/// Where blanks and a comment that start at `at` end: at most at the end of the line.
std::size_t end_of_blank(std::string_view text, std::size_t at) {
    while (at < text.size() && is_blank(text[at]))
        ++at;
    return at < text.size() && text[at] == ';' ? end_of_line(text, at) : at;
}

/// Neither plain in names for libzscanner nor of a meaning in zone text.
bool is_odd(char c) {
    const auto octet = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return octet > ' ' && octet != 0x7f && !letter && !is_digit(c) && !ends_word(c) &&
           std::string_view("-_/*.@\\").find(c) == std::string_view::npos;
}

/// The octet after the escape that starts at `at`, at most the end of the text.
std::size_t after_escape(std::string_view text, std::size_t at) {
    return std::min(at + 2, text.size());
}

/// Where the word, or what is left of it, ends that starts at `at`; a quoted one at its quote.
std::size_t end_of_word(std::string_view text, std::size_t at, bool quoted) {
    while (at < text.size() && (quoted ? text[at] != '"' : !ends_word(text[at])))
        at = text[at] == '\\' ? after_escape(text, at) : at + 1;
    return at;
}

bool is_chosen(Escaped which, std::size_t at, std::string_view word) {
    switch (which) {
        case Escaped::owner:
            return at == 0;
        case Escaped::names:
            return word.find('=') == word.npos;
        case Escaped::all:
            return true;
    }
    return true;
}

}  // namespace

Place advance(std::string_view text, Place from, std::size_t at) {
    const auto passed = text.substr(from.at, at - from.at);
    const auto lines = std::count(passed.begin(), passed.end(), '\n');
    return {at, from.line + static_cast<std::uint64_t>(lines)};
}

Place skip_blank_lines(std::string_view text, Place from) {
    for (auto place = from;;) {
        const auto at = end_of_blank(text, place.at);
        if (at == text.size() || text[at] != '\n')
            return place;
        place = {at + 1, place.line + 1};
    }
}

bool ends_in_blank(std::string_view text, Place from) {
    return end_of_blank(text, from.at) == text.size();
}

Place next_owner_line(std::string_view text, Place from) {
    for (auto place = from;;) {
        const auto end = end_of_line(text, place.at);
        if (end == text.size())
            return {end, place.line};
        place = {end + 1, place.line + 1};
        const char first = place.at < text.size() ? text[place.at] : '\n';
        if (!ends_word(first))
            return place;
    }
}

Item item_at(std::string_view text, std::size_t at) {
    bool open = false, quoted = false;
    auto i = at;
    for (; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\')
            i = text.substr(i + 1, 1) == "\n" ? i : after_escape(text, i) - 1;
        else if (c == '"')
            quoted = !quoted;
        else if (c == '\n' && !open)  // a string goes on over the line only within parentheses
            return {text.substr(at, i + 1 - at), quoted ? ItemEnd::open_quote : ItemEnd::newline};
        else if (quoted)
            continue;
        else if (c == ';')
            i = end_of_line(text, i) - 1;
        else if (c == '(')
            open = true;
        else if (c == ')')
            open = false;
    }
    const auto end = open     ? ItemEnd::open_parenthesis
                     : quoted ? ItemEnd::open_quote
                              : ItemEnd::end_of_text;
    return {text.substr(at), end};
}

std::vector<Word> words_of(std::string_view item) {
    std::vector<Word> words;
    std::size_t at = 0;
    while (at < item.size()) {
        const char c = item[at];
        if (c == ';') {
            at = end_of_line(item, at);
            continue;
        }
        if (ends_word(c) && c != '"') {
            ++at;
            continue;
        }
        const bool quoted = c == '"';
        const auto start = at + (quoted ? 1 : 0);
        const auto end = end_of_word(item, start, quoted);
        words.push_back({item.substr(start, end - start), quoted});
        at = end + (quoted ? 1 : 0);
    }
    return words;
}

bool is_blank_in_parentheses(std::string_view item) {
    bool open = false;
    for (std::size_t at = 0; at < item.size(); ++at) {
        const char c = item[at];
        if (c == ';')
            at = end_of_line(item, at);
        else if (c == (open ? ')' : '('))
            open = !open;
        else if (!is_blank(c) && c != '\n')
            return false;
    }
    return !open;
}

std::string escape_odd_octets(std::string_view item, Escaped which) {
    std::string out;
    bool quoted = false, chosen = false;
    std::size_t word_end = 0;  // of the bare word that is being gone through
    for (std::size_t i = 0; i < item.size(); ++i) {
        if (item[i] == '"')
            quoted = !quoted;
        if (!quoted && item[i] == ';') {
            const auto end = end_of_line(item, i);
            out += item.substr(i, end - i);
            i = end - 1;
            continue;
        }
        if (!quoted && i >= word_end && !ends_word(item[i])) {
            word_end = end_of_word(item, i, false);
            chosen = is_chosen(which, i, item.substr(i, word_end - i));
        }
        if (i < word_end && chosen && is_odd(item[i]))
            out += '\\';
        out += item[i];
        if (item[i] == '\\' && i + 1 < item.size())
            out += item[++i];
    }
    return out;
}

std::string_view impossible_escape(std::string_view item) {
    if (item.find('\\') == item.npos)
        return {};
    for (const auto& word : words_of(item))
        for (auto at = word.text.find('\\'); at != word.text.npos;
             at = word.text.find('\\', at + 2)) {
            const auto digits = word.text.substr(at + 1, 3);
            const bool decimal =
                digits.size() == 3 && std::all_of(digits.begin(), digits.end(), is_digit);
            if (decimal && digits > "255")
                return word.text.substr(at, 4);
        }
    return {};
}

}  // namespace kaspar::signer

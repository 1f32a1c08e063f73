#include "enforcer/report/markup.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kaspar::enforcer {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_ascii(std::string_view words) {
    return std::all_of(words.begin(), words.end(), [](char c) { return (c & 0x80) == 0; });
}

/// The same words with U+FFFD for what is no UTF-8.
std::string valid_utf8(std::string_view words) {
    using Json = nlohmann::json;
    return Json::parse(Json(words).dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::size_t length_at(std::string_view utf8) {
    const auto lead = static_cast<unsigned char>(utf8.front());
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

bool is_between(std::string_view character, std::string_view first, std::string_view last) {
    return character >= first && character <= last;
}

/// Controls, marks that change the direction of text (Unicode TR 36 §2.9), and what is no
/// character.
bool is_misleading(std::string_view character) {
    if (character.size() == 1)
        return (character[0] >= 0 && character[0] < ' ' && character[0] != '\n' &&
                character[0] != '\t') ||
               character[0] == '\x7F';
    return is_between(character, "\xC2\x80", "\xC2\x9F") ||
           is_between(character, "\xE2\x80\x8E", "\xE2\x80\x8F") ||
           is_between(character, "\xE2\x80\xAA", "\xE2\x80\xAE") ||
           is_between(character, "\xE2\x81\xA6", "\xE2\x81\xA9") ||
           is_between(character, "\xEF\xBF\xBE", "\xEF\xBF\xBF");
}

std::string_view in_markup(std::string_view character) {
    if (is_misleading(character))
        return replacement;
    switch (character.front()) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return character;
    }
}

}  // namespace

std::string escaped(std::string_view words) {
    const std::string mended = is_ascii(words) ? std::string() : valid_utf8(words);
    std::string_view rest = mended.empty() ? words : mended;
    std::string out;
    out.reserve(rest.size());
    while (!rest.empty()) {
        const auto length = length_at(rest);
        out += in_markup(rest.substr(0, length));
        rest.remove_prefix(length);
    }
    return out;
}

Markup::Element::~Element() {
    markup_.text_ += "</";
    markup_.text_ += name_;
    markup_.text_ += ">";
}

void Markup::open(std::string_view name, Attributes attributes) {
    text_ += "<";
    text_ += name;
    for (const auto& [key, value] : attributes) {
        text_ += " ";
        text_ += key;
        text_ += "=\"" + escaped(value) + "\"";
    }
}

Markup::Element Markup::element(std::string_view name, Attributes attributes) {
    open(name, attributes);
    text_ += ">";
    return {*this, name};
}

void Markup::leaf(std::string_view name, Attributes attributes, std::string_view words) {
    const auto whole = element(name, attributes);
    text(words);
}

void Markup::empty(std::string_view name, Attributes attributes) {
    open(name, attributes);
    text_ += "/>";
}

void Markup::text(std::string_view words) {
    text_ += escaped(words);
}

void Markup::prose(std::string_view words) {
    for (;;) {
        const auto begin = words.find('`');
        const auto end = begin == words.npos ? words.npos : words.find('`', begin + 1);
        if (end == words.npos)
            return text(words);
        text(words.substr(0, begin));
        leaf("code", {}, words.substr(begin + 1, end - begin - 1));
        words.remove_prefix(end + 1);
    }
}

}  // namespace kaspar::enforcer

#include "common/formats/json_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <unordered_set>

namespace kaspar {
namespace {

using Json = nlohmann::json;

/// Follows the parser through the text. The parser tells its events without positions, but between
/// one token and the next there are only separators and comments, so the cursor finds each token
/// that an event is about by skipping those.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF"))
            offset_ = 3;
    }

    /// Where the next token starts; the cursor then stands behind that token.
    Position next_token() {
        skip_separators();
        const Position start = here_;
        skip_token();
        return start;
    }

    Position position_of(std::size_t offset) {
        while (offset_ < std::min(offset, text_.size()))
            advance();
        return here_;
    }

  private:
    bool at(std::string_view expected) const { return text_.substr(offset_).starts_with(expected); }

    bool at_digit() const {
        return offset_ < text_.size() && text_[offset_] >= '0' && text_[offset_] <= '9';
    }

    void advance() {
        const auto octet = static_cast<unsigned char>(text_[offset_++]);
        if (octet == '\n')
            here_ = {here_.line + 1, 1};
        else if ((octet & 0xC0U) != 0x80U)  // not the continuation of a UTF-8 character
            ++here_.column;
    }

    void advance_past(std::string_view end) {
        while (offset_ < text_.size() && !at(end))
            advance();
        for (std::size_t i = 0; i < end.size() && offset_ < text_.size(); ++i)
            advance();
    }

    void skip_separators() {
        while (offset_ < text_.size()) {
            if (at("//"))
                advance_past("\n");
            else if (at("/*"))
                advance_past("*/");
            else if (std::string_view(" \t\r\n,:").find(text_[offset_]) != std::string_view::npos)
                advance();
            else
                return;
        }
    }

    void skip_token() {
        if (offset_ >= text_.size())
            return;
        const char first = text_[offset_];
        advance();
        if (first == '"')
            skip_rest_of_string();
        else if (std::string_view("{}[]").find(first) == std::string_view::npos &&
                 !(first == '0' && at_digit()))  // "01" is two tokens to the parser
            skip_rest_of_literal();
    }

    void skip_rest_of_string() {
        while (offset_ < text_.size() && text_[offset_] != '"') {
            if (text_[offset_] == '\\' && offset_ + 1 < text_.size())
                advance();
            advance();
        }
        if (offset_ < text_.size())
            advance();
    }

    void skip_rest_of_literal() {  // a number, true, false or null
        constexpr std::string_view ends = " \t\r\n,:{}[]\"/";
        while (offset_ < text_.size() && ends.find(text_[offset_]) == std::string_view::npos)
            advance();
    }

    std::string_view text_;
    std::size_t offset_ = 0;
    Position here_ = {1, 1};
};

/// No person mends more at once; a hostile document would have us write for long.
constexpr std::size_t most_duplicates = 100;

/// Builds the tree from the parser's events.
class TreeBuilder {
  public:
    TreeBuilder(std::string_view text, const JsonLimits& limits)
        : text_(text), limits_(limits), cursor_(text) {}

    bool null() { return leaf(nullptr); }
    bool boolean(bool truth) { return leaf(truth); }
    bool number_integer(std::int64_t number) { return leaf(number); }
    bool number_unsigned(std::uint64_t number) { return leaf(number); }
    bool number_float(double number, const std::string&) { return leaf(number); }
    bool string(std::string& text) { return leaf(std::move(text)); }
    bool binary(Json::binary_t&) { return false; }  // does not occur in JSON text
    bool start_object(std::size_t) { return open(JsonObject{}); }
    bool start_array(std::size_t) { return open(JsonList{}); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(std::string& name) {
        Frame& frame = open_.back();
        frame.key_at = cursor_.next_token();
        frame.duplicate = !frame.keys.insert(name).second;
        if (frame.duplicate)
            parsed_.findings.push_back({Severity::error, frame.key_at, path() + name,
                                        fmt::format("\"{}\" is here a second time", name),
                                        "keep one of them"});
        frame.key = std::move(name);
        if (parsed_.findings.size() < most_duplicates)
            return true;
        stop(frame.key_at, "more keys than can be told are there a second time",
             "keep one of each");
        return false;
    }

    bool parse_error(std::size_t octets_read, const std::string&,
                     const nlohmann::detail::exception& error) {
        std::string words = error.what();
        if (const auto dash = words.find(" - "); dash != std::string::npos)
            words.erase(0, dash + 3);
        words.erase(std::min(words.find("; last read"), words.size()));
        // A word that does not belong here is shown where it starts, anything else where it breaks.
        const bool is_word = words.starts_with("unexpected") && words.find("literal;") < 40;
        const std::size_t offset = octets_read - std::min<std::size_t>(octets_read, 1);
        const Position at = is_word ? cursor_.next_token() : Cursor(text_).position_of(offset);
        stop(at, "not JSON: " + words, advice(offset));
        return false;
    }

    ParsedJson take() && { return std::move(parsed_); }

    void stop(Position at, std::string words, std::string remedy) {
        parsed_.root.reset();
        parsed_.findings.push_back({Severity::error, at, "", std::move(words), std::move(remedy)});
    }

  private:
    struct Frame {
        JsonValue value;
        std::string key;
        Position key_at = {1, 1};
        bool duplicate = false;
        std::unordered_set<std::string> keys;
    };

    /// Of the innermost open object, ready for a key to be appended: "keys[0]."
    std::string path() const {
        std::string path;
        for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
            if (const JsonList* list = open_[i].value.list())
                path += fmt::format("[{}]", list->size());
            else
                path += (path.empty() ? "" : ".") + open_[i].key;
        }
        return path.empty() ? path : path + ".";
    }

    std::string advice(std::size_t offset) const {
        const auto before = text_.substr(0, offset).find_last_not_of(" \t\r\n");
        if (before != std::string_view::npos && text_[before] == ',')
            return "remove the comma before it, or write what was to follow it";
        return "correct the text here";
    }

    bool leaf(JsonValue::Content content) {
        JsonValue value;
        value.content = std::move(content);
        value.at = cursor_.next_token();
        return counted(value.at) && place(std::move(value));
    }

    bool open(JsonValue::Content empty) {
        Frame frame;
        frame.value.content = std::move(empty);
        frame.value.at = cursor_.next_token();
        if (open_.size() >= limits_.depth) {
            stop(frame.value.at, fmt::format("nested more than {} deep", limits_.depth),
                 "no file of kaspar is: correct the brackets");
            return false;
        }
        const Position at = frame.value.at;
        open_.push_back(std::move(frame));
        return counted(at);
    }

    bool close() {
        cursor_.next_token();
        JsonValue value = std::move(open_.back().value);
        open_.pop_back();
        return place(std::move(value));
    }

    bool counted(Position at) {
        if (++values_ <= limits_.values)
            return true;
        stop(at, fmt::format("more than {} values", limits_.values),
             "no file of kaspar has so many: is this the right file?");
        return false;
    }

    bool place(JsonValue value) {
        if (open_.empty()) {
            parsed_.root = std::move(value);
            return true;
        }
        Frame& frame = open_.back();
        if (auto* list = std::get_if<JsonList>(&frame.value.content))
            list->push_back(std::move(value));
        else if (!frame.duplicate)  // the first one stands, so that reading can go on
            std::get<JsonObject>(frame.value.content)
                .push_back({std::move(frame.key), std::move(value), frame.key_at});
        return true;
    }

    std::string_view text_;
    JsonLimits limits_;
    Cursor cursor_;
    std::vector<Frame> open_;
    std::size_t values_ = 0;
    ParsedJson parsed_;
};

std::string quoted(const std::string& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string scalar_text(const JsonValue& value) {
    if (const auto* text = value.text())
        return quoted(*text);
    if (const auto* truth = std::get_if<bool>(&value.content))
        return *truth ? "true" : "false";
    if (const auto* number = std::get_if<std::uint64_t>(&value.content))
        return fmt::format("{}", *number);
    if (const auto* number = std::get_if<std::int64_t>(&value.content))
        return fmt::format("{}", *number);
    if (const auto* number = std::get_if<double>(&value.content))
        return Json(*number).dump();
    return "null";
}

/// How a list or object is laid out: on one line, or an item a line.
struct Layout {
    std::string_view colon;
    std::string_view comma;
    std::string_view padding;
};

constexpr Layout compact{":", ",", ""};
constexpr Layout one_line{": ", ", ", " "};

std::string write_flat(const JsonValue& value, const Layout& layout) {
    std::string out;
    if (const auto* list = value.list()) {
        for (const JsonValue& item : *list)
            out.append(out.empty() ? "" : layout.comma).append(write_flat(item, layout));
        return "[" + out + "]";
    }
    if (const auto* object = value.object()) {
        for (const JsonMember& member : *object)
            out.append(out.empty() ? "" : layout.comma)
                .append(quoted(member.key))
                .append(layout.colon)
                .append(write_flat(member.value, layout));
        if (out.empty())
            return "{}";
        return fmt::format("{{{}{}{}}}", layout.padding, out, layout.padding);
    }
    return scalar_text(value);
}

void write_pretty(const JsonValue& value, std::size_t indent, std::size_t used, std::string& out);

void write_items(const JsonValue& value, std::size_t indent, std::string& out) {
    const std::string margin(indent + 2, ' ');
    std::string_view separator = "\n";
    const auto item = [&](const std::string& head, const JsonValue& content) {
        out.append(separator).append(margin).append(head);
        separator = ",\n";
        write_pretty(content, indent + 2, margin.size() + head.size(), out);
    };
    if (const auto* list = value.list())
        for (const JsonValue& one : *list)
            item("", one);
    if (const auto* object = value.object())
        for (const JsonMember& member : *object)
            item(quoted(member.key) + ": ", member.value);
    out.append("\n").append(indent, ' ');
}

void write_pretty(const JsonValue& value, std::size_t indent, std::size_t used, std::string& out) {
    constexpr std::size_t width = 100;
    const std::string flat = write_flat(value, one_line);
    const bool nested = value.list() != nullptr || value.object() != nullptr;
    if (!nested || (indent > 0 && used + flat.size() < width)) {
        out += flat;
        return;
    }
    out += value.list() != nullptr ? '[' : '{';
    write_items(value, indent, out);
    out += value.list() != nullptr ? ']' : '}';
}

}  // namespace

const JsonValue* JsonValue::member(std::string_view key) const {
    if (const JsonObject* members = object())
        for (const JsonMember& one : *members)
            if (one.key == key)
                return &one.value;
    return nullptr;
}

ParsedJson parse_json(std::string_view text, const JsonLimits& limits) {
    TreeBuilder builder(text, limits);
    if (text.size() > limits.octets) {
        builder.stop({1, 1}, fmt::format("larger than {} octets", limits.octets),
                     "no file of kaspar is so large: is this the right file?");
        return std::move(builder).take();
    }
    try {
        Json::sax_parse(text, &builder, Json::input_format_t::json, true, true);
    } catch (const std::exception& error) {
        builder.stop({1, 1}, std::string("not readable as JSON: ") + error.what(),
                     "correct the text");
    }
    return std::move(builder).take();
}

std::string compact_json(const JsonValue& value) {
    return write_flat(value, compact);
}

std::string pretty_json(const JsonValue& value) {
    std::string out;
    write_pretty(value, 0, 0, out);
    return out + "\n";
}

}  // namespace kaspar

// JSON as text and as a tree in which every key and value knows its line and column. Comments
// (// and /* */) are allowed when reading, duplicate keys are not (RFC 8259 §4 leaves them
// undefined). Says nothing of what a document means: that is fields.h.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/formats/finding.h"

namespace kaspar {

struct JsonValue;

/// A template so that it is complete as soon as JsonValue is: a variant needs that of its parts.
template <typename Value>
struct JsonMemberOf {
    std::string key;
    Value value;
    Position key_at = {1, 1};
};

using JsonMember = JsonMemberOf<JsonValue>;
using JsonList = std::vector<JsonValue>;
using JsonObject = std::vector<JsonMember>;  ///< in the order of the text

struct JsonValue {
    using Content = std::variant<std::nullptr_t, bool, std::uint64_t, std::int64_t, double,
                                 std::string, JsonList, JsonObject>;

    Content content = nullptr;  ///< std::int64_t for negative integers only
    Position at = {1, 1};

    JsonValue() = default;
    JsonValue(const char* text) : content(std::string(text)) {}
    JsonValue(std::string text) : content(std::move(text)) {}
    JsonValue(bool truth) : content(truth) {}
    JsonValue(JsonList list) : content(std::move(list)) {}
    JsonValue(JsonObject object) : content(std::move(object)) {}
    template <std::unsigned_integral N>
    requires(!std::same_as<N, bool>) JsonValue(N number) : content(std::uint64_t{number}) {}
    template <std::signed_integral N>
    JsonValue(N number) {
        if (number >= 0)
            content = static_cast<std::uint64_t>(number);
        else
            content = std::int64_t{number};
    }

    bool is_null() const { return std::holds_alternative<std::nullptr_t>(content); }
    const std::string* text() const { return std::get_if<std::string>(&content); }
    const JsonList* list() const { return std::get_if<JsonList>(&content); }
    const JsonObject* object() const { return std::get_if<JsonObject>(&content); }

    /// The member of an object with this key, or null.
    const JsonValue* member(std::string_view key) const;
};

/// What a document may cost at most, so that a hostile one costs no more.
struct JsonLimits {
    std::size_t octets = 64U << 20U;
    std::size_t depth = 64;
    std::size_t values = 2'000'000;
};

struct ParsedJson {
    std::optional<JsonValue> root;  ///< absent after a syntax error or a broken limit
    std::vector<Finding> findings;  ///< syntax (the first error only) and the first duplicate keys
};

ParsedJson parse_json(std::string_view text, const JsonLimits& limits = {});

/// No white space, members in the order of the tree: the same tree always gives the same octets.
/// Text that is not UTF-8 is written with U+FFFD.
std::string compact_json(const JsonValue& value);

/// Indented by two; lists and objects that fit stay on one line. Ends with a newline.
std::string pretty_json(const JsonValue& value);

}  // namespace kaspar

#include "common/formats/kind.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/values/encoding.h"
#include "common/values/nearest.h"

namespace kaspar::fields {
namespace {

constexpr std::string_view duration_examples =
    "write for example \"90s\", \"5m\", \"1h\", \"14d\", \"1d12h\" or \"P14D\"";
constexpr const char* duration_pattern = "^(([0-9]+[smhdwy])+|P([0-9]+[YMWD])*(T([0-9]+[HMS])+)?)$";

JsonObject string_schema() {
    return {{"type", "string"}};
}

/// Text that stands for something else.
template <typename M>
Kind<M> text_as(std::string words, std::function<Result<M>(const std::string&)> from,
                std::function<std::string(const M&)> to) {
    return converted<M, std::string>(text(), std::move(words), std::move(from), std::move(to));
}

template <typename M>
Result<M> or_fault(std::optional<M> value, std::string_view remedy) {
    if (value)
        return *std::move(value);
    return Fault{FaultClass::input, std::string(remedy)};
}

std::string name_of_duration(Duration value) {
    return format_duration(value);
}

}  // namespace

Kind<bool> boolean() {
    return {[](const JsonValue& json, Reading& reading, bool& out) {
                if (const bool* truth = std::get_if<bool>(&json.content))
                    out = *truth;
                else
                    reading.not_a(json, "true or false", "write true or false without quotes");
            },
            [](const bool& truth) -> JsonValue { return truth; },
            {{"type", "boolean"}},
            "true or false",
            {}};
}

Kind<std::uint64_t> whole_number(std::uint64_t least, std::uint64_t most) {
    const bool bounded = most < std::numeric_limits<std::uint32_t>::max();
    const std::string words = bounded ? fmt::format("a whole number from {} to {}", least, most)
                                      : std::string("a whole number");
    return {[least, most, words](const JsonValue& json, Reading& reading, std::uint64_t& out) {
                const auto* number = std::get_if<std::uint64_t>(&json.content);
                if (number != nullptr && *number >= least && *number <= most)
                    out = *number;
                else
                    reading.not_a(json, words, "write it without quotes, within the limits");
            },
            [](const std::uint64_t& number) -> JsonValue { return number; },
            {{"type", "integer"}, {"minimum", least}, {"maximum", most}},
            words,
            {}};
}

Kind<std::string> text(std::size_t least, std::size_t most) {
    JsonObject schema = string_schema();
    if (least > 0)
        schema.push_back({"minLength", least});
    return {[least, most](const JsonValue& json, Reading& reading, std::string& out) {
                const std::string* value = json.text();
                if (value == nullptr)
                    return reading.not_a(json, "text", "write it in double quotes");
                if (value->size() < least || value->size() > most)
                    return reading.error(json.at, fmt::format("has {} octets", value->size()),
                                         fmt::format("between {} and {} can be", least, most));
                out = *value;
            },
            [](const std::string& value) -> JsonValue { return value; },
            schema,
            "text",
            {}};
}

Kind<Duration> duration(Duration least, Duration most) {
    const std::string limits =
        fmt::format("a duration from {} to {}", name_of_duration(least), name_of_duration(most));
    Kind<Duration> kind = text_as<Duration>(
        "a duration",
        [least, most, limits](const std::string& written) -> Result<Duration> {
            const auto value = parse_duration(written);
            if (!value)
                return Fault{FaultClass::input, std::string(duration_examples)};
            if (*value < least || *value > most)
                return Fault{FaultClass::input, "write " + limits};
            return *value;
        },
        [](const Duration& value) { return format_duration(value); });
    kind.schema.push_back({"pattern", duration_pattern});
    kind.words = limits;
    return kind;
}

Kind<Duration> span() {
    return duration(Duration(0), std::chrono::years(1000));
}

Kind<Time> time() {
    Kind<Time> kind =
        text_as<Time>("a time in UTC", parse_rfc3339, [](const Time& t) { return to_rfc3339(t); });
    kind.schema.push_back({"format", "date-time"});
    return kind;
}

Kind<Bytes> base64() {
    Kind<Bytes> kind = text_as<Bytes>(
        "base64",
        [](const std::string& written) {
            return or_fault(from_base64(written), "write base64 as in RFC 4648 §4");
        },
        [](const Bytes& octets) { return to_base64(octets); });
    kind.schema.push_back({"contentEncoding", "base64"});
    return kind;
}

Kind<Bytes> hex() {
    Kind<Bytes> kind = text_as<Bytes>(
        "hexadecimal text",
        [](const std::string& written) {
            return or_fault(from_hex(written), "write two hexadecimal digits an octet");
        },
        [](const Bytes& octets) { return to_hex(octets); });
    kind.schema.push_back({"pattern", "^([0-9a-fA-F]{2})*$"});
    return kind;
}

Kind<std::filesystem::path> path() {
    Kind<std::filesystem::path> kind;
    kind.read = [](const JsonValue& json, Reading& reading, std::filesystem::path& out) {
        if (json.text() == nullptr || json.text()->empty() ||
            json.text()->find('\0') != std::string::npos)
            return reading.not_a(json, "a path", "write the path of a file or folder in quotes");
        out = (reading.folder() / *json.text()).lexically_normal();
        if (!out.has_filename() && out.has_parent_path() && out != out.root_path())
            out = out.parent_path();  // "state/" means "state"
    };
    kind.write = [](const std::filesystem::path& value) -> JsonValue { return value.string(); };
    kind.schema = {{"type", "string"}, {"minLength", 1U}};
    kind.words = "a path";
    return kind;
}

Kind<std::filesystem::path> absolute_path() {
    Kind<std::filesystem::path> kind = path();
    kind.read = [](const JsonValue& json, Reading& reading, std::filesystem::path& out) {
        if (json.text() == nullptr || !json.text()->starts_with('/') ||
            json.text()->find('\0') != std::string::npos)
            return reading.not_a(json, "an absolute path", "write a path that starts with \"/\"");
        out = *json.text();
    };
    kind.schema = {{"type", "string"}, {"pattern", "^/"}};
    kind.words = "an absolute path";
    return kind;
}

std::optional<std::size_t> read_word(const JsonValue& value, Reading& reading,
                                     const std::vector<std::string>& words) {
    const std::string* written = value.text();
    if (written != nullptr) {
        const auto found = std::find(words.begin(), words.end(), *written);
        if (found != words.end())
            return static_cast<std::size_t>(found - words.begin());
    }
    const std::string meant = written != nullptr ? nearest_word(*written, words) : "";
    reading.not_a(value,
                  words.size() == 1 ? quoted_choice(words) : "one of the words that can be here",
                  meant.empty() ? "write " + quoted_choice(words)
                                : fmt::format("did you mean \"{}\"?", meant));
    return std::nullopt;
}

JsonObject word_schema(const std::vector<std::string>& words) {
    JsonList list(words.begin(), words.end());
    return {{"enum", std::move(list)}};
}

JsonObject schema_or(JsonObject schema, JsonObject other) {
    return {{"anyOf", JsonList{JsonValue(std::move(schema)), JsonValue(std::move(other))}}};
}

const JsonList* read_list(const JsonValue& value, Reading& reading, std::size_t least,
                          std::size_t most) {
    const JsonList* list = value.list();
    if (list == nullptr) {
        reading.not_a(value, "a list", "write it in [ ]");
        return nullptr;
    }
    if (list->size() >= least && list->size() <= most)
        return list;
    reading.error(value.at, fmt::format("has {} items", list->size()),
                  fmt::format("write {} to {}", least, most));
    return nullptr;
}

JsonObject list_schema(JsonObject item, std::size_t least, std::size_t most) {
    JsonObject schema{{"type", "array"}, {"items", JsonValue(std::move(item))}};
    if (least > 0)
        schema.push_back({"minItems", least});
    schema.push_back({"maxItems", most});
    return schema;
}

const JsonObject* read_object(const JsonValue& value, Reading& reading) {
    if (value.object() == nullptr)
        reading.not_a(value, "an object", "write it in { }");
    return value.object();
}

bool read_key(const JsonMember& member, Reading& reading) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const bool good =
        !member.key.empty() && member.key.find_first_not_of(allowed) == std::string::npos;
    if (!good)
        reading.error(member.key_at, "is not a name",
                      "use letters, digits, \"-\", \"_\" and \".\"");
    return good;
}

JsonObject map_schema(JsonObject item) {
    return {{"type", "object"},
            {"propertyNames", JsonObject{{"pattern", "^[A-Za-z0-9._-]+$"}}},
            {"additionalProperties", JsonValue(std::move(item))}};
}

}  // namespace kaspar::fields

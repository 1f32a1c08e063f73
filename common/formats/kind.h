// Kinds of field: how one value of a type is read from JSON, written to it, described by a JSON
// Schema and told in words. A kind knows nothing of the field that it is used for.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/formats/json_text.h"
#include "common/formats/reading.h"
#include "common/values/bytes.h"
#include "common/values/time.h"

namespace kaspar::fields {

/// One field as the reference tells it. `path` is relative to the document.
struct Described {
    std::string path;
    std::string kind;
    std::string fallback;
    std::string meaning;
    std::string reason;
};

template <typename M>
struct Kind {
    /// Reports into the Reading if the value is wrong, and then leaves the member alone.
    std::function<void(const JsonValue&, Reading&, M&)> read;
    /// Null: the member is left out of its object.
    std::function<JsonValue(const M&)> write;
    JsonObject schema;             ///< JSON Schema, draft 2020-12
    std::string words;             ///< "a duration from 1m to 1y"
    std::vector<Described> parts;  ///< the fields inside, paths relative to this value
};

Kind<bool> boolean();
Kind<std::uint64_t> whole_number(std::uint64_t least, std::uint64_t most);
Kind<std::string> text(std::size_t least = 0, std::size_t most = 100'000);  ///< length in octets
Kind<Duration> duration(Duration least, Duration most);
/// Any that a program may write; its limits are the concern of who decided on it.
Kind<Duration> span();
Kind<Time> time();
Kind<Bytes> base64();
Kind<Bytes> hex();
/// Kept as an absolute path; relative ones are taken from the folder of the Reading.
Kind<std::filesystem::path> path();
/// Relative paths are refused.
Kind<std::filesystem::path> absolute_path();

template <typename M>
using Words = std::vector<std::pair<std::string, M>>;

/// The part of one_of() that does not depend on M: the index of the word, or an error.
std::optional<std::size_t> read_word(const JsonValue& value, Reading& reading,
                                     const std::vector<std::string>& words);
JsonObject word_schema(const std::vector<std::string>& words);

/// One of a fixed set of words.
template <typename M>
Kind<M> one_of(Words<M> words) {
    std::vector<std::string> names;
    for (const auto& [name, value] : words)
        names.push_back(name);
    return {[words, names](const JsonValue& json, Reading& reading, M& out) {
                if (const auto index = read_word(json, reading, names))
                    out = words[*index].second;
            },
            [words](const M& value) -> JsonValue {
                for (const auto& [name, meant] : words)
                    if (meant == value)
                        return name;
                return {};
            },
            word_schema(names),
            quoted_choice(names),
            {}};
}

/// A kind whose JSON form is that of N. `from` gives the value or says in its fault what is wrong;
/// `words` is what the fault says was wanted: "a domain name".
template <typename M, typename N>
Kind<M> converted(Kind<N> inner, std::string words, std::function<Result<M>(const N&)> from,
                  std::function<N(const M&)> to) {
    return {[inner, words, from](const JsonValue& json, Reading& reading, M& out) {
                const std::size_t before = reading.error_count();
                N raw{};
                inner.read(json, reading, raw);
                if (reading.error_count() != before)
                    return;
                Result<M> value = from(raw);
                if (value.ok())
                    out = std::move(value).value();
                else
                    reading.not_a(json, words, value.fault().words);
            },
            [inner, to](const M& value) { return inner.write(to(value)); }, inner.schema, words,
            inner.parts};
}

template <std::unsigned_integral N>
Kind<N> integer(N least, N most) {
    Kind<std::uint64_t> inner = whole_number(least, most);
    return converted<N, std::uint64_t>(
        inner, inner.words,
        [](const std::uint64_t& wide) -> Result<N> { return static_cast<N>(wide); },
        [](const N& narrow) { return std::uint64_t{narrow}; });
}

template <std::unsigned_integral N>
Kind<N> integer() {
    return integer<N>(0, std::numeric_limits<N>::max());
}

/// Absent in JSON where absent in C++.
template <typename M>
Kind<std::optional<M>> optional(Kind<M> inner) {
    return {[inner](const JsonValue& json, Reading& reading, std::optional<M>& out) {
                const std::size_t before = reading.error_count();
                M value{};
                inner.read(json, reading, value);
                if (reading.error_count() == before)
                    out = std::move(value);
            },
            [inner](const std::optional<M>& value) -> JsonValue {
                return value ? inner.write(*value) : JsonValue();
            },
            inner.schema, inner.words, inner.parts};
}

JsonObject schema_or(JsonObject schema, JsonObject other);

/// A word that stands for absence: "unlimited", "keep".
template <typename M>
Kind<std::optional<M>> or_word(const std::string& word, Kind<M> inner) {
    Kind<std::optional<M>> kind = optional(inner);
    kind.read = [word, inner = kind.read](const JsonValue& json, Reading& reading,
                                          std::optional<M>& out) {
        if (json.text() != nullptr && *json.text() == word)
            out.reset();
        else
            inner(json, reading, out);
    };
    kind.write = [word, inner](const std::optional<M>& value) -> JsonValue {
        return value ? inner.write(*value) : JsonValue(word);
    };
    kind.schema = schema_or(inner.schema, word_schema({word}));
    kind.words = "\"" + word + "\" or " + inner.words;
    return kind;
}

/// The list, or an error if it is none or has not as many items as it should.
const JsonList* read_list(const JsonValue& value, Reading& reading, std::size_t least,
                          std::size_t most);
JsonObject list_schema(JsonObject item, std::size_t least, std::size_t most);

template <typename M>
Kind<std::vector<M>> list_of(Kind<M> item, std::size_t least = 0, std::size_t most = 100'000) {
    Kind<std::vector<M>> kind;
    kind.read = [item, least, most](const JsonValue& json, Reading& reading, std::vector<M>& out) {
        const JsonList* list = read_list(json, reading, least, most);
        if (list == nullptr)
            return;
        out.clear();
        for (const JsonValue& one : *list) {
            const auto inside = reading.enter(out.size(), one.at);
            item.read(one, reading, out.emplace_back());
        }
    };
    kind.write = [item](const std::vector<M>& values) -> JsonValue {
        JsonList list;
        for (const M& value : values)
            list.push_back(item.write(value));
        return list;
    };
    kind.schema = list_schema(item.schema, least, most);
    kind.words = "a list; each item is " + item.words;
    for (Described part : item.parts) {
        part.path = "[]" + std::string(part.path.starts_with("[") ? "" : ".") + part.path;
        kind.parts.push_back(std::move(part));
    }
    return kind;
}

/// One item, or a list of at least one. Written as one where it is one.
template <typename M>
Kind<std::vector<M>> one_or_list(Kind<M> item) {
    Kind<std::vector<M>> kind = list_of(item, 1);
    kind.read = [item, list = kind.read](const JsonValue& json, Reading& reading,
                                         std::vector<M>& out) {
        if (json.list() != nullptr)
            return list(json, reading, out);
        out.assign(1, M{});
        item.read(json, reading, out.front());
    };
    kind.write = [item, list = kind.write](const std::vector<M>& values) {
        return values.size() == 1 ? item.write(values.front()) : list(values);
    };
    kind.schema = schema_or(item.schema, kind.schema);
    kind.words = item.words + ", or a list of such";
    return kind;
}

/// The object, or an error if it is none.
const JsonObject* read_object(const JsonValue& value, Reading& reading);
/// True if `key` can name a thing: letters, digits, '-', '_', '.'.
bool read_key(const JsonMember& member, Reading& reading);
JsonObject map_schema(JsonObject item);

/// An object whose keys are names that the operator chooses.
template <typename M>
Kind<std::map<std::string, M>> map_of(Kind<M> item) {
    Kind<std::map<std::string, M>> kind;
    kind.read = [item](const JsonValue& json, Reading& reading, std::map<std::string, M>& out) {
        const JsonObject* members = read_object(json, reading);
        if (members == nullptr)
            return;
        out.clear();
        for (const JsonMember& member : *members) {
            const auto inside = reading.enter(member.key, member.value.at);
            if (read_key(member, reading))
                item.read(member.value, reading, out[member.key]);
        }
    };
    kind.write = [item](const std::map<std::string, M>& values) -> JsonValue {
        JsonObject object;
        for (const auto& [key, value] : values)
            object.push_back({key, item.write(value)});
        return object;
    };
    kind.schema = map_schema(item.schema);
    kind.words = "an object; its keys are names, each value is " + item.words;
    for (Described part : item.parts) {
        part.path = ".NAME." + part.path;
        kind.parts.push_back(std::move(part));
    }
    return kind;
}

}  // namespace kaspar::fields

// Field tables: a file format is one table of fields, and everything else comes from it: reading
// with every error told at its place, writing, the JSON Schema, the reference.
//
// A new field is one entry:
//
//     Field<Policy>("refresh", MEMBER(signatures.refresh), duration(1s, days{365}), "7d",
//                   "what it means", "why that is the default")
#pragma once

#include "common/formats/kind.h"

namespace kaspar::fields {

/// What a field is if the file does not say.
struct Default {
    std::optional<JsonValue> value;  ///< as it would be written in the file
    std::string words;               ///< where there is no fixed value: what happens instead

    Default(JsonValue written) : value(std::move(written)), words(compact_json(*value)) {}
    Default(const char* written) : Default(JsonValue(written)) {}
    Default(bool written) : Default(JsonValue(written)) {}
    Default(unsigned written) : Default(JsonValue(written)) {}

    static Default required() { return Default(std::nullopt, ""); }
    /// The member is left value-initialised; the table's finish() may then fill it.
    static Default otherwise(std::string words) { return Default(std::nullopt, std::move(words)); }

    bool is_required() const { return !value && words.empty(); }

  private:
    Default(std::nullopt_t, std::string what) : words(std::move(what)) {}
};

inline const Default required = Default::required();

/// One entry of a table over T.
template <typename T>
class Field {
  public:
    /// `get` gives the member: MEMBER(name). `reason`: why the default is what it is.
    template <typename Get, typename M>
    Field(std::string name, Get get, Kind<M> kind, Default fallback, std::string meaning,
          std::string reason = "");

    /// Reads this field of `object`, or its default.
    void read(const JsonValue& object, Reading& reading, T& out) const;
    JsonValue write(const T& from) const { return write_(from); }

    const std::string& name() const { return about_.path; }
    bool is_required() const { return fallback_.is_required(); }
    JsonObject schema() const;
    std::vector<Described> described() const;

  private:
    Described about_;
    Default fallback_;
    JsonObject schema_;
    std::vector<Described> parts_;
    std::function<void(const JsonValue&, Reading&, T&)> read_;
    std::function<void(T&)> clear_;
    std::function<JsonValue(const T&)> write_;
};

/// The accessor of a member, for Field: MEMBER(signatures.refresh).
#define MEMBER(member)         \
    [](auto& whole) -> auto& { \
        return whole.member;   \
    }

template <typename T>
struct Table {
    std::vector<Field<T>> fields;
    /// Checks and fills what depends on several fields; called after the fields, even if some were
    /// wrong. The position is that of the object.
    std::function<void(T&, Position, Reading&)> finish = nullptr;
};

/// A table as a kind: the object that has these fields.
template <typename T>
Kind<T> object(Table<T> table);

/// Fields of the same T that stand in an object of their own in the file.
template <typename T>
Field<T> group(std::string name, std::string meaning, std::vector<Field<T>> fields) {
    return Field<T>(
        std::move(name), [](auto& whole) -> auto& { return whole; },
        object(Table<T>{std::move(fields)}), JsonValue(JsonObject{}), std::move(meaning));
}

/// "version": a number that must be `current`; nothing else of another version is looked at.
void read_version(const JsonValue& json, Reading& reading, unsigned current);

template <typename T>
Field<T> version(unsigned current, Default fallback) {
    Kind<T> kind{[current](const JsonValue& json, Reading& reading, T&) {
                     read_version(json, reading, current);
                 },
                 [current](const T&) -> JsonValue { return current; },
                 {{"const", current}},
                 std::to_string(current),
                 {}};
    return Field<T>(
        "version", [](auto& whole) -> auto& { return whole; }, kind, std::move(fallback),
        "The version of this format.",
        "One that this kaspar does not know is refused, not guessed at.");
}

/// A whole document as it was read.
template <typename T>
struct Document {
    T value{};
    std::vector<Finding> findings;              ///< value is complete only if none is an error
    std::map<std::string, Position> positions;  ///< of fields by path, absent ones included
};

template <typename T>
Document<T> read_tree(const JsonValue& tree, const Kind<T>& kind, std::filesystem::path folder);

/// Reads a document whole, telling all its errors. `folder`: for relative paths in it.
template <typename T>
Document<T> read_document(std::string_view text, const Kind<T>& kind,
                          std::filesystem::path folder = {});

/// A JSON Schema document (draft 2020-12) from the schema of the outermost kind.
std::string schema_document(std::string_view title, const JsonObject& schema);

/// The reference in Markdown: each field with kind, default, meaning and reason.
std::string reference_text(const std::vector<Described>& fields);

// ---- Implementation of the templates ----------------------------------------------------------

/// `schema` with description and default, as a field has them.
JsonObject annotated(JsonObject schema, const Described& about, const Default& fallback);
JsonObject object_schema(JsonObject properties, JsonList needed);
std::vector<Described> prefixed(const Described& about, const std::vector<Described>& parts);

template <typename T>
template <typename Get, typename M>
Field<T>::Field(std::string name, Get get, Kind<M> kind, Default fallback, std::string meaning,
                std::string reason)
    : about_{std::move(name), kind.words, fallback.words, std::move(meaning), std::move(reason)},
      fallback_(std::move(fallback)),
      schema_(kind.schema),
      parts_(kind.parts) {
    read_ = [get, read = kind.read](const JsonValue& json, Reading& reading, T& out) {
        read(json, reading, get(out));
    };
    clear_ = [get](T& out) { get(out) = M{}; };
    write_ = [get, write = kind.write](const T& from) { return write(get(from)); };
}

template <typename T>
void Field<T>::read(const JsonValue& object, Reading& reading, T& out) const {
    const JsonValue* json = object.member(name());
    const auto inside = reading.enter(name(), json != nullptr ? json->at : object.at);
    if (json != nullptr)
        return read_(*json, reading, out);
    if (fallback_.value) {
        JsonValue value = *fallback_.value;
        value.at = object.at;
        return read_(value, reading, out);
    }
    if (fallback_.is_required())
        return reading.error(object.at, "is missing", "add it: " + about_.kind);
    clear_(out);
}

template <typename T>
JsonObject Field<T>::schema() const {
    return annotated(schema_, about_, fallback_);
}

template <typename T>
std::vector<Described> Field<T>::described() const {
    return prefixed(about_, parts_);
}

template <typename T>
Kind<T> object(Table<T> table) {
    Kind<T> kind;
    JsonObject properties;
    JsonList needed;
    std::vector<std::string> names;
    for (const Field<T>& field : table.fields) {
        names.push_back(field.name());
        properties.push_back({field.name(), JsonValue(field.schema())});
        if (field.is_required())
            needed.push_back(field.name());
        for (Described& part : field.described())
            kind.parts.push_back(std::move(part));
    }
    kind.schema = object_schema(std::move(properties), std::move(needed));
    kind.words = "an object";
    kind.write = [fields = table.fields](const T& from) -> JsonValue {
        JsonObject members;
        for (const Field<T>& field : fields)
            if (JsonValue value = field.write(from); !value.is_null())
                members.push_back({field.name(), std::move(value)});
        return members;
    };
    kind.read = [table = std::move(table), names](const JsonValue& json, Reading& reading, T& out) {
        const JsonObject* members = read_object(json, reading);
        if (members == nullptr)
            return;
        for (const Field<T>& field : table.fields) {
            field.read(json, reading, out);
            if (reading.abandoned())
                return;
        }
        reading.refuse_unknown(*members, names);
        if (table.finish)
            table.finish(out, json.at, reading);
    };
    return kind;
}

template <typename T>
Document<T> read_tree(const JsonValue& tree, const Kind<T>& kind, std::filesystem::path folder) {
    Document<T> document;
    Reading reading(std::move(folder));
    kind.read(tree, reading, document.value);
    document.positions = reading.positions();
    document.findings = std::move(reading).take_findings();
    return document;
}

/// Findings in the order of the text.
std::vector<Finding> in_order(std::vector<Finding> findings);

template <typename T>
Document<T> read_document(std::string_view text, const Kind<T>& kind,
                          std::filesystem::path folder) {
    ParsedJson parsed = parse_json(text);
    Document<T> document;
    if (parsed.root)
        document = read_tree(*parsed.root, kind, std::move(folder));
    for (Finding& finding : parsed.findings)
        document.findings.push_back(std::move(finding));
    document.findings = in_order(std::move(document.findings));
    return document;
}

}  // namespace kaspar::fields

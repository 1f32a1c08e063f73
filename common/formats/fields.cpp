#include "common/formats/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace kaspar::fields {
namespace {

std::string full_description(const Described& about) {
    return about.reason.empty() ? about.meaning : about.meaning + " " + about.reason;
}

/// What is said of the field behind its name: kind and default.
std::string headline(const Described& field) {
    const std::string fallback = field.fallback.empty()   ? "required"
                                 : field.fallback == "{}" ? ""
                                                          : "default: `" + field.fallback + "`";
    return fallback.empty() ? field.kind : field.kind + "; " + fallback;
}

}  // namespace

void read_version(const JsonValue& json, Reading& reading, unsigned current) {
    const auto* number = std::get_if<std::uint64_t>(&json.content);
    if (number != nullptr && *number == current)
        return;
    reading.not_a(json, "a format version that this kaspar knows",
                  fmt::format("it knows version {}: use the kaspar that wrote this, or write it "
                              "anew",
                              current));
    reading.abandon();
}

JsonObject annotated(JsonObject schema, const Described& about, const Default& fallback) {
    schema.insert(schema.begin(), {"description", full_description(about)});
    if (fallback.value)
        schema.push_back({"default", *fallback.value});
    return schema;
}

JsonObject object_schema(JsonObject properties, JsonList needed) {
    JsonObject schema{{"type", "object"}, {"properties", JsonValue(std::move(properties))}};
    if (!needed.empty())
        schema.push_back({"required", JsonValue(std::move(needed))});
    schema.push_back({"additionalProperties", false});
    return schema;
}

std::vector<Described> prefixed(const Described& about, const std::vector<Described>& parts) {
    std::vector<Described> all{about};
    for (Described part : parts) {
        const bool joins = part.path.starts_with('[') || part.path.starts_with('.');
        part.path = about.path + (joins ? "" : ".") + part.path;
        all.push_back(std::move(part));
    }
    return all;
}

std::vector<Finding> in_order(std::vector<Finding> findings) {
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        const auto place = [](const Finding& one) {
            const Position at = one.at.value_or(Position{0, 0});
            return std::tuple(at.line, at.column);
        };
        return place(a) < place(b);
    });
    return findings;
}

std::string schema_document(std::string_view title, const JsonObject& schema) {
    JsonObject document{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                        {"title", std::string(title)}};
    document.insert(document.end(), schema.begin(), schema.end());
    return pretty_json(document);
}

std::string reference_text(const std::vector<Described>& fields) {
    std::string out;
    for (const Described& field : fields) {
        out += fmt::format("* **`{}`**: {}.\n  {}\n", field.path, headline(field), field.meaning);
        if (!field.reason.empty())
            out += fmt::format("  *{}*\n", field.reason);
    }
    return out;
}

}  // namespace kaspar::fields

#include "enforcer/policy/text.h"

#include <fmt/format.h>

#include <map>

#include "enforcer/policy/fields.h"

namespace kaspar::enforcer {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;  // path, value

bool is_list_of_objects(const JsonValue& value) {
    const JsonList* list = value.list();
    return list != nullptr && !list->empty() && list->front().object() != nullptr;
}

std::string leaf_text(const JsonValue& value) {
    if (const std::string* text = value.text())
        return *text;
    const JsonList* list = value.list();
    if (list == nullptr)
        return compact_json(value);
    std::string out;
    for (const JsonValue& item : *list)
        out += (out.empty() ? "" : ", ") + leaf_text(item);
    return out.empty() ? "(none)" : out;
}

void flatten(const JsonValue& value, const std::string& path, Lines& lines) {
    if (const JsonObject* object = value.object()) {
        for (const JsonMember& member : *object)
            flatten(member.value, path.empty() ? member.key : path + "." + member.key, lines);
    } else if (is_list_of_objects(value)) {
        for (std::size_t i = 0; i < value.list()->size(); ++i)
            flatten((*value.list())[i], fmt::format("{}[{}]", path, i), lines);
    } else {
        lines.emplace_back(path, leaf_text(value));
    }
}

/// What the fields outside "keys" are if a file does not say.
std::map<std::string, std::string> default_values() {
    const auto empty = fields::read_document(R"({"keys": []})", policy_kind());
    Lines lines;
    flatten(policy_kind().write(empty.value), "", lines);
    return {lines.begin(), lines.end()};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> policy_lines(const Policy& policy) {
    Lines lines;
    flatten(policy_kind().write(policy), "", lines);
    return lines;
}

std::string policy_text(const Policy& policy) {
    const auto defaults = default_values();
    std::string out = fmt::format("policy {}\n", policy.name);
    for (const auto& [path, value] : policy_lines(policy)) {
        const auto usual = defaults.find(path);
        const bool is_default = path != "keys" && usual != defaults.end() && usual->second == value;
        out += is_default ? fmt::format("  {:<28} {:<20} (default)\n", path, value)
                          : fmt::format("  {:<28} {}\n", path, value);
    }
    return out;
}

std::string policy_json(const Policy& policy) {
    return pretty_json(policy_kind().write(policy));
}

}  // namespace kaspar::enforcer

// Files that are meant to cost: deep, long, wide, with numbers beyond all bounds. Each format
// refuses them in few words; json_text.h has the limits.
#include <fmt/format.h>

#include <functional>

#include "common/formats/configuration.h"
#include "common/formats/instruction.h"
#include "common/formats/report.h"
#include "enforcer/backup/manifest.h"
#include "enforcer/policy/policy_file.h"
#include "tests/support/catch.h"

namespace json_attack_test {

using namespace kaspar;

namespace {

constexpr std::size_t many = 200'000;

std::string repeated(const std::string& part, std::size_t times = many) {
    std::string text;
    text.reserve(part.size() * times);
    for (std::size_t i = 0; i < times; ++i)
        text += part;
    return text;
}

/// {"k0": VALUE, "k1": VALUE, …}
std::string members(const std::string& value, bool same_key) {
    std::string text = "{";
    for (std::size_t i = 0; i < many; ++i)
        text += fmt::format("{}\"k{}\": {}", i == 0 ? "" : ", ", same_key ? 0 : i, value);
    return text + "}";
}

std::vector<std::pair<std::string, std::string>> bombs() {
    std::vector<std::pair<std::string, std::string>> all{
        {"deep lists", repeated("[")},
        {"deep objects", repeated("{\"a\":")},
        {"deep and closed", repeated("[") + repeated("]")},
        {"many values", "{\"version\": [" + repeated("0,", 2'000'001) + "0]}"},
        {"one key many times", members("1", true)},
        {"many keys", members("1", false)},
        {"a long text", "{\"version\": \"" + repeated("0123456789") + "\"}"},
        {"a long key", "{\"" + repeated("0123456789") + "\": 1}"},
        {"a long number", "{\"version\": " + repeated("9") + "}"},
        {"a huge number", "{\"version\": 1e999999999}"},
        {"a tiny number", "{\"version\": -1e-999999999}"},
        {"an endless comment", "{ /*" + repeated("*")},
        {"larger than any", std::string((64U << 20U) + 1, ' ')}};
    for (const auto* field : {"keys", "keystores", "instruction", "last_run", "files", "zone"})
        for (const auto* item : {"0", "{}", "[]", "\"\\u0000\""})
            all.emplace_back(fmt::format("{} of {}", field, item),
                             fmt::format("{{\"version\": 1, \"{}\": [{}{}]}}", field,
                                         repeated(std::string(item) + ","), item));
    return all;
}

/// What reading a text as that format says; empty: it was taken.
using Format = std::function<std::string(const std::string&)>;

template <typename Read>
std::string words_of(const Result<Read>& read) {
    return read.ok() ? "" : read.fault().words;
}

std::string words_of(const enforcer::ExaminedPolicy& examined) {
    return has_errors(examined.findings)
               ? findings_fault(FaultClass::input, "F", examined.findings).words
               : "";
}

const std::vector<std::pair<std::string, Format>> formats{
    {"configuration", [](const auto& text) { return words_of(parse_configuration(text, "/F")); }},
    {"policy", [](const auto& text) { return words_of(enforcer::examine_policy("F", text)); }},
    {"seal", [](const auto& text) { return words_of(open_seal("F", text)); }},
    {"instruction", [](const auto& text) { return words_of(parse_instruction("F", text)); }},
    {"report", [](const auto& text) { return words_of(parse_report("F", text)); }},
    {"manifest", [](const auto& text) { return words_of(enforcer::parse_manifest("F", text)); }}};

}  // namespace

TEST_CASE("a JSON bomb is refused in few words by every format", "[attack][json_text]") {
    constexpr std::size_t few = 100'000;  // octets
    for (const auto& [bomb, text] : bombs())
        for (const auto& [format, words] : formats) {
            CAPTURE(format, bomb);
            const auto told = words(text);
            CHECK_FALSE(told.empty());
            CHECK(told.size() < few);
        }
}

}  // namespace json_attack_test

#include "tests/token/rules.h"

#include <charconv>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

#include "tests/token/functions.h"
#include "tests/token/return_values.h"

namespace kaspar::test {
namespace {

using Words = std::vector<std::string>;

constexpr auto for_ever = std::numeric_limits<std::uint64_t>::max();

/// Reads a number off the front of the text; nothing if there is none.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    return number;
}

/// WHEN: n, n-m, n+ or *.
bool read_when(std::string_view text, Rule& rule) {
    rule.first = 1;
    rule.last = for_ever;
    if (text == "*")
        return true;
    const auto first = take_number(text);
    if (!first || *first == 0)
        return false;
    rule.first = *first;
    if (text == "+")
        return true;
    rule.last = *first;
    if (text.empty())
        return true;
    if (text.front() != '-')
        return false;
    text.remove_prefix(1);
    const auto last = take_number(text);
    rule.last = last.value_or(0);
    return text.empty() && rule.last >= rule.first;
}

std::optional<std::chrono::microseconds> length_of_time(std::string_view text) {
    const auto number = take_number(text);
    if (!number)
        return std::nullopt;
    const auto count = static_cast<std::int64_t>(*number);
    if (text == "us")
        return std::chrono::microseconds{count};
    if (text == "ms")
        return std::chrono::milliseconds{count};
    if (text == "s")
        return std::chrono::seconds{count};
    return std::nullopt;
}

/// What may also happen after the real call.
bool read_end(const std::string& word, Rule& rule) {
    if (word == "crash")
        rule.action = Action::crash;
    else if (word == "kill")
        rule.action = Action::kill;
    else if (word == "hang")
        rule.action = Action::hang;
    else
        return false;
    return true;
}

bool read_error(const std::string& word, Rule& rule) {
    const auto value = return_value(word);
    rule.action = Action::error;
    rule.error = value.value_or(0);
    return value.has_value();
}

bool read_damage(const std::string& word, Rule& rule) {
    rule.action = word == "flip" ? Action::flip : Action::shorten;
    rule.after = true;
    return (word == "flip" || word == "short") && rule.function == function_number("C_Sign");
}

bool read_delay(const std::string& word, Rule& rule) {
    const auto length = length_of_time(word);
    rule.action = Action::delay;
    rule.delay = length.value_or(std::chrono::microseconds{0});
    return length.has_value();
}

bool read_action(const Words& words, Rule& rule) {
    rule.after = false;
    if (words.size() == 3)
        return read_end(words[2], rule) || read_damage(words[2], rule);
    if (words.size() != 4)
        return false;
    if (words[2] == "delay")
        return read_delay(words[3], rule);
    rule.after = words[2] == "after";
    if (rule.after)
        return read_end(words[3], rule) || read_error(words[3], rule);
    return words[2] == "error" && read_error(words[3], rule);
}

bool read_rule(const Words& words, Rule& rule) {
    const auto function = function_number(words[0]);
    rule.function = function.value_or(any_function);
    return function.has_value() && words.size() > 2 && read_when(words[1], rule) &&
           read_action(words, rule);
}

Words words_of(const std::string& line) {
    std::istringstream stream(line.substr(0, line.find('#')));
    Words words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

}  // namespace

Result<std::vector<Rule>> parse_rules(std::string_view text) {
    std::istringstream lines{std::string(text)};
    std::vector<Rule> rules;
    for (std::string line; std::getline(lines, line);) {
        const auto words = words_of(line);
        if (words.empty())
            continue;
        if (Rule rule{}; read_rule(words, rule))
            rules.push_back(rule);
        else
            return Fault{FaultClass::input, "not a rule of the test token: " + line};
    }
    return rules;
}

}  // namespace kaspar::test

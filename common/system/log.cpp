#include "common/system/log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <utility>

#include "common/formats/json_text.h"
#include "common/system/printable.h"

namespace kaspar {
namespace {

constexpr std::array<std::pair<std::string_view, LogLevel>, 5> levels{
    {{"debug", LogLevel::debug},
     {"info", LogLevel::info},
     {"warning", LogLevel::warning},
     {"error", LogLevel::error},
     {"none", LogLevel::none}}};

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
        case LogLevel::none:
            break;
    }
    return spdlog::level::off;
}

/// systemd says which stream it gave us; standard error may have been redirected since.
bool goes_to_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat found {};
    return stream != nullptr && ::fstat(STDERR_FILENO, &found) == 0 &&
           fmt::format("{}:{}", found.st_dev, found.st_ino) == stream;
}

/// "<4>", where the journal reads it; the numbers are those of syslog(3).
std::string_view priority(spdlog::level::level_enum level) {
    static const bool wanted = goes_to_journal();
    if (!wanted)
        return "";
    switch (level) {
        case spdlog::level::err:
            return "<3>";
        case spdlog::level::warn:
            return "<4>";
        case spdlog::level::info:
            return "<6>";
        default:
            return "<7>";
    }
}

class PriorityFlag : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& out) override {
        const auto text = priority(message.level);
        out.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<PriorityFlag>();
    }
};

std::unique_ptr<spdlog::formatter> formatter(LogForm form) {
    auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    made->add_flag<PriorityFlag>('P').set_pattern(
        form == LogForm::text ? "%P%Y-%m-%dT%H:%M:%SZ %l %v"
                              : R"(%P{"time":"%Y-%m-%dT%H:%M:%SZ","level":"%l",%v})");
    return made;
}

spdlog::logger& logger() {
    static const auto made = [] {
        auto fresh = std::make_unique<spdlog::logger>(
            "kaspar", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        fresh->set_formatter(formatter(LogForm::text));
        fresh->set_level(level_of(LogLevel::info));
        return fresh;
    }();
    return *made;
}

std::atomic<LogForm> form_now = LogForm::text;

void log(LogLevel level, std::string_view area, std::string_view words, std::string_view zone) {
    if (!logger().should_log(level_of(level)))
        return;
    logger().log(level_of(level), log_form() == LogForm::text ? log_text(area, words, zone)
                                                              : log_members(area, words, zone));
}

/// Lines as they are, each with its priority.
void print_lines(LogLevel level, std::string text) {
    text = printable(text);
    const std::string mark(priority(level_of(level)));
    for (auto at = text.find('\n'); at != std::string::npos && !mark.empty();
         at = text.find('\n', at + 1))
        text.insert(at + 1, mark);
    fmt::print(stderr, "{}{}\n", mark, text);
}

std::string prefix(std::string_view area, std::string_view zone) {
    return zone.empty() ? fmt::format("{}: ", area) : fmt::format("{}: {}: ", area, zone);
}

}  // namespace

std::optional<LogLevel> log_level_from_text(std::string_view text) {
    for (const auto& [name, level] : levels)
        if (name == text)
            return level;
    return std::nullopt;
}

void set_log_level(LogLevel least) {
    logger().set_level(level_of(least));
}

void set_log_form(LogForm form) {
    form_now = form;
    logger().set_formatter(formatter(form));
}

LogForm log_form() {
    return form_now;
}

void log_debug(std::string_view area, std::string_view words, std::string_view zone) {
    log(LogLevel::debug, area, words, zone);
}

void log_info(std::string_view area, std::string_view words, std::string_view zone) {
    log(LogLevel::info, area, words, zone);
}

void log_warning(std::string_view area, std::string_view words, std::string_view zone) {
    log(LogLevel::warning, area, words, zone);
}

void log_error(std::string_view area, std::string_view words, std::string_view zone) {
    log(LogLevel::error, area, words, zone);
}

void complain(std::string_view program, std::string_view words, std::string_view zone) {
    if (log_form() == LogForm::json)
        return log_error(program, words, zone);
    print_lines(LogLevel::error, fmt::format("{}{}", prefix(program, zone), words));
}

void warn(std::string_view program, std::string_view words, std::string_view zone) {
    if (log_form() == LogForm::json)
        return log_warning(program, words, zone);
    print_lines(LogLevel::warning, fmt::format("{}warning: {}", prefix(program, zone), words));
}

std::string log_text(std::string_view area, std::string_view words, std::string_view zone) {
    std::string text = prefix(area, zone);
    while (words.ends_with('\n'))
        words.remove_suffix(1);
    for (const char c : words) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '\n')
            text += "; ";
        else if (octet < 0x20 || octet == 0x7f)
            text += fmt::format("\\x{:02x}", octet);
        else
            text += c;
    }
    return text;
}

std::string log_members(std::string_view area, std::string_view words, std::string_view zone) {
    JsonObject event{{"area", std::string(area)}};
    if (!zone.empty())
        event.push_back({"zone", std::string(zone)});
    event.push_back({"message", std::string(words)});
    const std::string text = compact_json(event);
    return text.substr(1, text.size() - 2);  // without the braces
}

}  // namespace kaspar

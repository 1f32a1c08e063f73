#include "common/system/log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <memory>
#include <utility>

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

spdlog::logger& logger() {
    static const auto made = [] {
        auto fresh = std::make_unique<spdlog::logger>(
            "kaspar", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        fresh->set_formatter(std::make_unique<spdlog::pattern_formatter>(
            "%Y-%m-%dT%H:%M:%SZ %l %v", spdlog::pattern_time_type::utc));
        fresh->set_level(level_of(LogLevel::info));
        return fresh;
    }();
    return *made;
}

void log(LogLevel level, std::string_view area, std::string_view words) {
    if (logger().should_log(level_of(level)))
        logger().log(level_of(level), log_text(area, words));
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

void log_debug(std::string_view area, std::string_view words) {
    log(LogLevel::debug, area, words);
}

void log_info(std::string_view area, std::string_view words) {
    log(LogLevel::info, area, words);
}

void log_warning(std::string_view area, std::string_view words) {
    log(LogLevel::warning, area, words);
}

void log_error(std::string_view area, std::string_view words) {
    log(LogLevel::error, area, words);
}

std::string log_text(std::string_view area, std::string_view words) {
    std::string text = fmt::format("{}: ", area);
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

}  // namespace kaspar

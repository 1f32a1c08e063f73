// The log: one line an event on standard error, "2026-11-24T05:48:00Z warning signer: words". For
// the operator who looks back; what a person asked to see goes to standard output instead. Never a
// secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kaspar {

/// Levels from the chattiest to silence.
enum class LogLevel { debug, info, warning, error, none };

/// "debug", "info", "warning", "error" or "none".
std::optional<LogLevel> log_level_from_text(std::string_view text);

/// Events below this level are not written. At first: info.
void set_log_level(LogLevel least);

/// `area` is the part of Kaspar or the zone that speaks. Any thread. Line ends in `words` become
/// "; ", other control characters "\xNN", so that no input can forge a line.
void log_debug(std::string_view area, std::string_view words);
void log_info(std::string_view area, std::string_view words);
void log_warning(std::string_view area, std::string_view words);
void log_error(std::string_view area, std::string_view words);

/// The text of an event as it is logged, behind time and level.
std::string log_text(std::string_view area, std::string_view words);

}  // namespace kaspar

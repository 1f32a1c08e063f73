// The log: one line an event on standard error, as text ("2026-11-24T05:48:00Z warning signer:
// words") or as a JSON object. For the operator who looks back, and for programs that gather logs;
// what a person asked to see goes to standard output instead. Never a secret. Where standard error
// is the journal, each line begins with its priority (sd-daemon(3)).
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

enum class LogForm { text, json };

/// At first: text.
void set_log_form(LogForm form);
LogForm log_form();

/// `area` is the part of Kaspar that speaks, `zone` the zone that it is about, if it is about one.
/// Any thread. As text, line ends in `words` become "; ", other control characters "\xNN", so that
/// no input can forge a line.
void log_debug(std::string_view area, std::string_view words, std::string_view zone = {});
void log_info(std::string_view area, std::string_view words, std::string_view zone = {});
void log_warning(std::string_view area, std::string_view words, std::string_view zone = {});
void log_error(std::string_view area, std::string_view words, std::string_view zone = {});

/// Tells whoever started the program what is wrong: "kaspar: words", of any number of lines. In
/// JSON it is an event like any other. Any thread.
void complain(std::string_view program, std::string_view words, std::string_view zone = {});

/// The same of what is only doubtful: "kaspar: warning: words".
void warn(std::string_view program, std::string_view words, std::string_view zone = {});

/// The text of an event as it is logged, behind time and level.
std::string log_text(std::string_view area, std::string_view words, std::string_view zone = {});

/// The members of an event's JSON object that stand behind time and level.
std::string log_members(std::string_view area, std::string_view words, std::string_view zone = {});

}  // namespace kaspar

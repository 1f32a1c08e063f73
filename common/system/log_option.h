// --log, the option of all programs that says how the log is written.
#pragma once

#include <CLI/CLI.hpp>

#include "common/system/log.h"

namespace kaspar {

/// Taken as soon as it is read, so that what is wrong with the rest of the line is told in that
/// form, too.
inline void add_log_option(CLI::App& app) {
    app.add_option_function<std::string>(
           "--log",
           [](const std::string& form) {
               set_log_form(form == "json" ? LogForm::json : LogForm::text);
           },
           "how events on standard error are written: text, or a JSON object a line")
        ->check(CLI::IsMember({"text", "json"}))
        ->type_name("FORM")
        ->trigger_on_parse();
}

}  // namespace kaspar

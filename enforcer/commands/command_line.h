// What the command lines of `kaspar` and `kaspar-enforcer` have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "enforcer/commands/session.h"

namespace kaspar::enforcer {

/// -c, --at, --json, --log, --help and --version, accepted before and after the command.
void add_common_options(CLI::App& app, CommonOptions& options);

/// Parses. If the program is to end here (help, version, an error), says so and gives the exit
/// status.
std::optional<ExitStatus> parse_command_line(CLI::App& app, int argc, char** argv);

/// Runs the program's work and ends it: finish(), also if memory ends.
int finish_run(const std::function<Ending()>& run, std::string_view program);

}  // namespace kaspar::enforcer

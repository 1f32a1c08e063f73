#include "enforcer/commands/command_line.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspar::enforcer {

namespace {

/// The innermost command that was named, whose help fits the mistake.
std::string path_of(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app.get_name() : app.get_name() + " " + path_of(*chosen.front());
}

}  // namespace

void add_common_options(CLI::App& app, CommonOptions& options) {
    app.add_option("-c,--config", options.configuration,
                   "the configuration; else $KASPAR_CONFIG, else /etc/kaspar/kaspar.json")
        ->type_name("FILE");
    app.add_option("--at", options.at, "a simulated clock, for sandboxes: 2026-11-24T05:48:00Z")
        ->type_name("TIME");
    app.add_flag("--json", options.json, "show as JSON");
    app.set_version_flag("--version", std::string("kaspar ") + KASPAR_VERSION);
    // Options that a command does not know are tried on the program: -c is accepted everywhere.
    app.fallthrough();
}

std::optional<ExitStatus> parse_command_line(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::Success& shown) {  // --help, --version
        app.exit(shown);
        return ExitStatus::done;
    } catch (const CLI::Error& error) {
        std::string words = error.what();
        std::replace(words.begin(), words.end(), '\n', ' ');
        fmt::print(stderr, "{}: {}; see `{} --help`\n", app.get_name(), words, path_of(app));
        return ExitStatus::usage;
    }
}

}  // namespace kaspar::enforcer

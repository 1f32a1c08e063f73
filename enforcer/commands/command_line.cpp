#include "enforcer/commands/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <new>

#include "common/system/log.h"
#include "common/system/log_option.h"
#include "common/values/nearest.h"

namespace kaspar::enforcer {

namespace {

/// The innermost command that was named, whose help fits the mistake.
std::string path_of(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app.get_name() : app.get_name() + " " + path_of(*chosen.front());
}

/// The first word that is no command where one must stand, in words; nothing if that is not the
/// mistake.
std::optional<std::string> unknown_command(const CLI::App& app, const CLI::App& innermost) {
    const auto commands = innermost.get_subcommands([](const CLI::App*) { return true; });
    const auto left = app.remaining(true);  // fallthrough leaves it to an outer command
    const auto word = std::find_if(left.begin(), left.end(), [](const std::string& text) {
        return !text.empty() && text.front() != '-';
    });
    if (commands.empty() || word == left.end())
        return std::nullopt;
    std::vector<std::string> names;
    for (const CLI::App* command : commands)
        names.push_back(command->get_name());
    return fmt::format("'{}' is not a command{}", *word, did_you_mean(*word, names));
}

const CLI::App& innermost(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app : innermost(*chosen.front());
}

std::string complaint(const CLI::App& app, const CLI::Error& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError))
        if (const auto unknown = unknown_command(app, innermost(app)))
            return *unknown;
    std::string words = error.what();
    std::replace(words.begin(), words.end(), '\n', ' ');
    return words;
}

}  // namespace

void add_common_options(CLI::App& app, CommonOptions& options) {
    app.add_option("-c,--config", options.configuration,
                   "the configuration; else $KASPAR_CONFIG, else /etc/kaspar/kaspar.json")
        ->type_name("FILE");
    app.add_option("--at", options.at, "a simulated clock, for sandboxes: 2026-11-24T05:48:00Z")
        ->type_name("TIME");
    app.add_flag("--json", options.json, "show as JSON");
    add_log_option(app);
    app.set_version_flag("--version", app.get_name() + " " + KASPAR_VERSION);
    // Options that a command does not know are tried on the program: -c is accepted everywhere.
    app.fallthrough();
    app.footer("-c, --at, --json and --log are accepted before and after every command.");
}

std::optional<ExitStatus> parse_command_line(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::Success& shown) {  // --help, --version
        app.exit(shown);
        return ExitStatus::done;
    } catch (const CLI::Error& error) {
        complain(app.get_name(),
                 fmt::format("{}; see `{} --help`", complaint(app, error), path_of(app)));
        return ExitStatus::usage;
    }
}

int finish_run(const std::function<Ending()>& run, std::string_view program) {
    std::signal(SIGXFSZ, SIG_IGN);  // a file beyond its limit is an error of who writes it
    try {
        return finish(run(), program);
    } catch (const std::bad_alloc&) {
        return finish(Fault{FaultClass::refused,
                            "memory ended; give it more (MemoryMax= of its unit, ulimit -v)"},
                      program);
    }
}

}  // namespace kaspar::enforcer

// `kaspar-enforcer`: reads policies and reports, moves the zones' states, makes and removes keys,
// emits instructions. Only the wiring.

#include <fmt/format.h>

#include "common/manual/pages.h"
#include "common/system/log.h"
#include "common/system/signals.h"
#include "enforcer/commands/command_line.h"
#include "enforcer/pass.h"

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

void show(const Pass& pass, bool json) {
    if (json) {
        std::string wake = pass.wake_at ? fmt::format("\"{}\"", to_rfc3339(*pass.wake_at)) : "null";
        print(fmt::format("{{\"zones\": {}, \"failures\": {}, \"wake_at\": {}}}\n", pass.zones,
                          pass.failures.size(), wake));
        return;
    }
    print(fmt::format("looked at {} {}; {}\n", pass.zones, pass.zones == 1 ? "zone" : "zones",
                      pass.wake_at ? "next event at " + to_rfc3339(*pass.wake_at)
                                   : "nothing more until the signer or a person acts"));
}

Ending once(const CommonOptions& options) {
    KASPAR_TRY(const auto session, Session::open(options));
    session->with().who = "kaspar-enforcer";
    KASPAR_TRY(const Pass pass, run_pass(session->with()));
    for (const std::string& words : pass.failures)
        log_error("enforcer", words);
    show(pass, options.json);
    return pass.failures.empty() ? ExitStatus::done : ExitStatus::attention;
}

Ending stay(const CommonOptions& options) {
    if (options.at)
        return Fault{FaultClass::usage,
                     "run waits for the real clock; use `kaspar-enforcer once` with --at"};
    KASPAR_TRY(const Configuration configuration, configuration_for(options));
    KASPAR_CHECK(run_passes(configuration, Clock::system()));
    return ExitStatus::done;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Kaspar's enforcer: keys and instructions by policy.", "kaspar-enforcer");
    CommonOptions options;
    add_common_options(app, options);
    app.require_subcommand(1);
    Ending (*run)(const CommonOptions&) = nullptr;
    app.add_subcommand("once", "one pass over every zone that is due")->callback([&] {
        run = once;
    });
    app.add_subcommand("run", "stay, and wake for the next event")->callback([&] { run = stay; });
    add_manual_option(app,
                      {{"kaspar-enforcer", [&] { return manual_page(pages::enforcer, app); }}});
    if (const auto status = parse_command_line(app, argc, argv))
        return static_cast<int>(*status);
    arrange_signals();
    return finish(run(options), "kaspar-enforcer");
}

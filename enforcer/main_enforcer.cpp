// `kaspar-enforcer`: reads policies and reports, moves the zones' states, makes and removes keys,
// emits instructions. Only the wiring.

#include <fmt/format.h>

#include "common/manual/pages.h"
#include "common/system/log.h"
#include "common/system/private_memory.h"
#include "common/system/signals.h"
#include "enforcer/commands/command_line.h"
#include "enforcer/monitoring/publication.h"
#include "enforcer/pass.h"

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

void show(const Pass& pass, bool json) {
    if (json) {
        std::string wake = pass.wake_at ? fmt::format("\"{}\"", to_rfc3339(*pass.wake_at)) : "null";
        print(fmt::format("{{\"zones\": {}, \"failures\": {}, \"wake_at\": {}}}\n",
                          pass.looked_at.size(), pass.failures.size(), wake));
        return;
    }
    const std::size_t zones = pass.looked_at.size();
    print(fmt::format("looked at {} {}; {}\n", zones, zones == 1 ? "zone" : "zones",
                      pass.wake_at ? "next event at " + to_rfc3339(*pass.wake_at)
                                   : "nothing more until the signer or a person acts"));
}

Ending once(const CommonOptions& options) {
    KASPAR_TRY(const auto session, Session::open(options));
    session->with().who = "kaspar-enforcer";
    KASPAR_TRY(const Pass pass, run_pass(session->with()));
    log_pass(pass);
    const Clock clock = Clock::fixed(session->now());
    MetricsPublication(session->configuration(), clock).write(session->with(), pass);
    show(pass, options.json);
    return pass.failures.empty() ? ExitStatus::done : ExitStatus::attention;
}

Ending stay(const CommonOptions& options) {
    if (options.at)
        return Fault{FaultClass::usage,
                     "run waits for the real clock; use `kaspar-enforcer once` with --at"};
    KASPAR_TRY(const Configuration configuration, configuration_for(options));
    const Clock clock = Clock::system();
    MetricsPublication metrics(configuration, clock);
    metrics.serve();
    KASPAR_CHECK(run_passes(configuration, clock, [&](const Enforcement& with, const Pass& pass) {
        metrics.after_pass(with, pass);
    }));
    return ExitStatus::done;
}

}  // namespace

int main(int argc, char** argv) {
    keep_memory_private();
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
    return finish_run([&] { return run(options); }, "kaspar-enforcer");
}

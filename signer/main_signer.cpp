// kaspar-signer: reads the command line, makes the clock, and wires the rest together.
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <thread>

#include "common/manual/pages.h"
#include "common/system/clock.h"
#include "common/system/log_option.h"
#include "common/system/memory.h"
#include "common/system/private_memory.h"
#include "common/system/service.h"
#include "common/system/signals.h"
#include "common/tokens/worker_start.h"
#include "signer/confinement.h"
#include "signer/gate.h"
#include "signer/intake.h"
#include "signer/rounds.h"
#include "signer/telling.h"
#include "signer/verify_command.h"

namespace {

using namespace kaspar;
using namespace kaspar::signer;

struct CommandLine {
    std::optional<std::string> configuration, at, zone;
    std::string file;
    bool json = false, may_be_unsigned = false;
};

constexpr int exit_failed = 1, exit_usage = 2;

int fail(const Fault& fault) {
    complain("kaspar-signer", fault.words);
    return fault.kind == FaultClass::usage ? exit_usage : exit_failed;
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

/// --at is for sandboxes, so it needs a configuration that says it is one.
Result<Clock> make_clock(const CommandLine& line) {
    if (!line.at)
        return Clock::system();
    auto time = parse_rfc3339(*line.at);
    if (!time.ok())
        return Fault{FaultClass::usage, "--at: " + time.fault().words};
    KASPAR_TRY(const auto configuration,
               read_configuration(configuration_file(line.configuration)));
    if (!configuration.sandbox)
        return Fault{FaultClass::refused,
                     fmt::format("--at is for trying things out, and {} is no sandbox; make one "
                                 "with `kaspar init DIR --sandbox`",
                                 configuration.file.string())};
    return Clock::fixed(*time);
}

bool has_token(const Configuration& configuration) {
    const auto& stores = configuration.keystores;
    return std::any_of(stores.begin(), stores.end(),
                       [](const auto& store) { return store.second.type == "pkcs11"; });
}

/// Gives up what signing does not need. Where that is not allowed, a zone is signed all the same.
/// Fault: io; the workers of tokens, for which more must be allowed, cannot be started.
Outcome confine(bool will_start_workers) {
    auto confined = give_up_privileges();
    if (will_start_workers)
        KASPAR_CHECK(token::start_workers_apart());
    if (confined.ok())
        confined = give_up_programs_and_network();
    if (!confined.ok())
        warn("kaspar-signer", confined.fault().words);
    return Done{};
}

Result<std::optional<Name>> wanted_zone(const CommandLine& line) {
    if (!line.zone)
        return std::optional<Name>();
    auto name = Name::from_text(*line.zone);
    if (!name.ok())
        return Fault{FaultClass::usage, "--zone: " + name.fault().words};
    return std::optional(std::move(name).value());
}

/// Everything that a round needs, for the life of the process.
struct Program {
    const CommandLine& line;
    Configuration configuration;
    Clock clock;
    std::optional<Name> zone;
    KeyAccess keys;
    DueIndex index;

    static Result<Program> make(const CommandLine& line) {
        KASPAR_TRY(auto zone, wanted_zone(line));
        KASPAR_TRY(const auto clock, make_clock(line));
        KASPAR_TRY(auto configuration, read_configuration(configuration_file(line.configuration)));
        KASPAR_CHECK(confine(has_token(configuration)));
        auto keys = KeyAccess::to_configured_stores(configuration);
        auto index = zone ? DueIndex() : DueIndex::read(configuration);
        return Program{line,
                       std::move(configuration),
                       clock,
                       std::move(zone),
                       std::move(keys),
                       std::move(index)};
    }

    /// One zone is looked at whatever the index says.
    Result<Work> work() {
        if (zone)
            return Work{{instruction_file(configuration, *zone)}, {}};
        return sort_work(configuration, index, clock.now());
    }

    Result<Round> round() {
        KASPAR_TRY(auto sorted, work());
        const Surroundings surroundings{
            .configuration = configuration,
            .keys = keys,
            .now = clock.now(),
            .threads = std::max(1u, std::thread::hardware_concurrency())};
        Round round{execute_all(
                        sorted.due, surroundings,
                        [] {
                            tell_alive();
                            return !stop_requested();
                        },
                        [&](const Execution& execution) { tell(execution); }),
                    std::move(sorted.quiet)};
        if (!zone)
            remember(sorted.due, round.executions);
        tell_end(round);
        return round;
    }

    /// What is written as events is not written a second time as lines.
    void tell(const Execution& execution) const {
        tell_troubles(execution);
        if (log_form() == LogForm::json)
            log_outcome(execution);
        else if (!line.json)
            print(outcome_line(execution));
    }

    void tell_end(const Round& round) const {
        if (log_form() == LogForm::json)
            log_quiet(round);
        if (line.json)
            print(round_json(round));
        else if (log_form() == LogForm::text)
            print(quiet_lines(round));
    }

    void remember(const std::vector<Path>& files, const std::vector<Execution>& executions) {
        note(index, files, executions);
        if (auto written = index.write(configuration); !written.ok())
            warn("kaspar-signer", written.fault().words);
    }
};

int once(const CommandLine& line) {
    auto program = Program::make(line);
    if (!program.ok())
        return fail(program.fault());
    arrange_signals();
    const auto round = program->round();
    if (!round.ok())
        return fail(round.fault());
    return round->good() ? 0 : exit_failed;
}

Outcome stay(Program& program, Waiter& waiter) {
    KASPAR_CHECK(waiter.watch({program.configuration.instructions()}));
    tell_ready();
    unsigned failed_rounds = 0;
    while (!stop_requested()) {
        const auto began = program.clock.now();
        KASPAR_TRY(const auto round, program.round());
        auto watched = round.inputs();
        watched.push_back(program.configuration.instructions());
        KASPAR_TRY(const bool may_have_changed_unseen, waiter.watch(watched));
        failed_rounds = round.good() ? 0 : failed_rounds + 1;
        const auto next = next_round(round, began, failed_rounds);
        tell_status(fmt::format("{} zones, next look {}{}",
                                round.executions.size() + round.quiet.size(), to_rfc3339(next),
                                round.good() ? "" : "; something needs a person"));
        if (!may_have_changed_unseen && waiter.wait_until(program.clock, next) == Woken::stop)
            break;
    }
    tell_stopping();
    return Done{};
}

int run(const CommandLine& line) {
    if (line.at)
        return fail({FaultClass::usage, "run: --at stands still, so it is for `once` only"});
    auto program = Program::make(line);
    if (!program.ok())
        return fail(program.fault());
    arrange_signals();
    auto waiter = Waiter::create();
    if (!waiter.ok())
        return fail(waiter.fault());
    const auto outcome = stay(*program, *waiter);
    return outcome.ok() ? 0 : fail(outcome.fault());
}

/// What the zone's instruction, if there is one at hand, tells of keys that are not in the zone.
OnRecord instructed(const CommandLine& line, const Name& zone) {
    const auto configuration = read_configuration(configuration_file(line.configuration));
    if (!configuration.ok())
        return {};
    const auto file = instruction_file(*configuration, zone);
    const auto taken = take_instruction(*configuration, file, std::nullopt);
    if (!taken.ok())
        return {};
    return {keys_ahead(taken->instruction), taken->instruction.cdnskey};
}

int verify_file(const CommandLine& line) {
    const auto zone = wanted_zone(line);
    if (!zone.ok())
        return fail(zone.fault());
    const auto clock = make_clock(line);
    if (!clock.ok())
        return fail(clock.fault());
    if (const auto confined = confine(false); !confined.ok())
        return fail(confined.fault());
    return run_verify(line.file, **zone, clock->now(), line.json, line.may_be_unsigned,
                      instructed(line, **zone));
}

/// Zones come and go in large blocks. Once glibc has seen such a block freed, it takes the next
/// ones from the heap, where what is freed rarely goes back to the system: after a zone of half a
/// million records was read, a fifth more memory was held at the peak, and a sixth more at rest. A
/// threshold that is set does not move. Half a megabyte is the smallest block of
/// signer/core/blocks.h. Of what smaller ones leave free at the end of a heap, each thread keeps
/// enough for its next stretch: given back and asked for again with every stretch, it was a
/// quarter of the time of a run that finds little changed, where page faults are dear.
void give_large_blocks_back() {
    ::mallopt(M_MMAP_THRESHOLD, 512 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
}

/// Where address space is limited: as many heaps as find room. Each takes 128 MB of it until it is
/// in its place, and a thread that gets none has glibc make a mapping for every small block:
/// signing took three times the processor time.
void share_heaps_where_space_is_limited() {
    constexpr std::uint64_t space_of_a_heap = 256u << 20;  // and as much again for other things
    if (const auto left = address_space_left())
        ::mallopt(M_ARENA_MAX, static_cast<int>(std::clamp<std::uint64_t>(
                                   *left / space_of_a_heap, 1, std::numeric_limits<int>::max())));
}

}  // namespace

int main(int argc, char** argv) {
    keep_memory_private();
    give_large_blocks_back();
    share_heaps_where_space_is_limited();
    CLI::App app{"Signs zones as the enforcer instructs: verified before they are published.",
                 "kaspar-signer"};
    CommandLine line;
    app.set_version_flag("--version", "kaspar-signer " KASPAR_VERSION);
    app.add_option("-c,--config", line.configuration,
                   "configuration (else $KASPAR_CONFIG, else /etc/kaspar/kaspar.json)")
        ->type_name("FILE");
    app.add_option("--at", line.at, "act as if it were this time (RFC 3339, UTC); sandboxes only")
        ->type_name("TIME");
    app.add_flag("--json", line.json, "results as JSON on standard output");
    add_log_option(app);
    app.require_subcommand(1);
    app.fallthrough();

    auto* once_command = app.add_subcommand("once", "execute what is due, then end");
    once_command->add_option("--zone", line.zone, "only this zone")->type_name("NAME");
    auto* run_command = app.add_subcommand("run", "stay, and execute what becomes due");
    auto* verify_command = app.add_subcommand("verify", "check any signed zone file");
    verify_command->add_option("file", line.file, "zone file")->type_name("FILE")->required();
    verify_command->add_option("--zone", line.zone, "the zone's name")
        ->type_name("NAME")
        ->required();
    verify_command->add_flag("--unsigned", line.may_be_unsigned, "an unsigned zone is good too");

    add_manual_option(app, {{"kaspar-signer", [&] { return manual_page(pages::signer, app); }}});
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_usage;
    }
    try {
        return once_command->parsed()  ? once(line)
               : run_command->parsed() ? run(line)
                                       : verify_file(line);
    } catch (const std::bad_alloc&) {
        return fail({FaultClass::refused,
                     "memory ended; give the signer more (MemoryMax= of its unit, ulimit -v)"});
    }
}

#include "enforcer/commands/session.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "common/system/log.h"
#include "common/system/printable.h"
#include "common/values/nearest.h"
#include "enforcer/pass.h"
#include "enforcer/restored.h"
#include "enforcer/state_changes.h"

namespace kaspar::enforcer {

Result<Configuration> configuration_for(const CommonOptions& options) {
    const auto file = configuration_file(options.configuration);
    std::error_code error;
    if (!std::filesystem::exists(file, error) && !error)
        return Fault{FaultClass::io,
                     fmt::format("there is no configuration {}; name it with -c FILE or "
                                 "$KASPAR_CONFIG, or make one with `kaspar init DIR`",
                                 file.string())};
    return read_configuration(file);
}

Result<Clock> clock_for(const std::optional<std::string>& at, const Configuration& configuration) {
    if (!at)
        return Clock::system();
    if (!configuration.sandbox)
        return Fault{FaultClass::usage,
                     fmt::format("--at is only for sandboxes; {} is not one (`kaspar init DIR "
                                 "--sandbox` makes one)",
                                 configuration.file.string())};
    auto time = parse_rfc3339(*at);
    if (!time)
        return Fault{FaultClass::usage, "--at: " + time.fault().words};
    return Clock::fixed(*time);
}

std::string user_name() {
    const char* sudo = std::getenv("SUDO_USER");
    if (geteuid() == 0 && sudo != nullptr && *sudo != '\0')
        return fmt::format("{} (sudo)", sudo);
    const passwd* user = getpwuid(geteuid());
    return user != nullptr ? user->pw_name : fmt::format("uid {}", geteuid());
}

Session::Session(Configuration configuration, Database database, const Clock& clock, bool json)
    : configuration_(std::move(configuration)),
      database_(std::move(database)),
      keystores_(configuration_.keystores),
      with_{configuration_, database_, keystores_, clock.now(), user_name(), clock.uptime()},
      json_(json) {}

Result<std::unique_ptr<Session>> Session::open(const CommonOptions& options) {
    KASPAR_TRY(Configuration configuration, configuration_for(options));
    KASPAR_TRY(const Clock clock, clock_for(options.at, configuration));
    KASPAR_TRY(Database database, Database::open(configuration.database().string()));
    return std::unique_ptr<Session>(
        new Session(std::move(configuration), std::move(database), clock, options.json));
}

Result<Zone> known_zone(Database& database, const std::string& text) {
    const auto name = Name::from_text(text);
    if (!name)
        return Fault{FaultClass::input, name.fault().words};
    KASPAR_TRY(auto zone, find_zone(database, *name));
    if (zone && !zone->removed)
        return std::move(*zone);
    KASPAR_TRY(const auto all, zones(database));
    std::vector<std::string> names;
    for (const Zone& known : all)
        names.push_back(zone_text(known.name));
    return Fault{FaultClass::input,
                 fmt::format("there is no zone '{}'{}; `kaspar zone list` lists them",
                             zone_text(*name), did_you_mean(zone_text(*name), names))};
}

Result<OpenZone> OpenZone::open(Session& session, const std::string& name) {
    KASPAR_TRY(OpenZone open, open_restored(session, name));
    KASPAR_CHECK(check_not_restored(open.zone));
    return open;
}

Result<OpenZone> OpenZone::open_restored(Session& session, const std::string& name) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    KASPAR_TRY(Zone zone, known_zone(session.database(), name));
    KASPAR_TRY(Policy policy, policy_for(session.database(), zone));
    KASPAR_TRY(Remembered remembered, load_history(session.database(), zone));
    const auto& last = remembered.history.last_event;
    if (last && session.now() < *last) {
        const auto until = stands_until(remembered.history, policy, session.now());
        return Fault{
            FaultClass::refused,
            fmt::format("the clock says {}, but zone {} was moved at {}: set the clock right, or, "
                        "if it is, try again after the enforcer's pass at {}",
                        to_rfc3339(session.now()), zone_text(zone.name), to_rfc3339(*last),
                        to_rfc3339(until.value_or(session.now())))};
    }
    return OpenZone{std::move(transaction), std::move(zone), std::move(policy),
                    std::move(remembered)};
}

Outcome OpenZone::close(Session& session, const StatesOfKeys& before) {
    remembered.history.last_event = session.now();
    KASPAR_CHECK(note_state_changes(session.with(), zone, before,
                                    states_of(remembered, policy, session.now())));
    KASPAR_CHECK(save_history(session.database(), zone, remembered, {}, session.now()));
    KASPAR_CHECK(request_look(session.database(), zone.id));
    KASPAR_CHECK(transaction.commit());
    wake_enforcer(session.configuration());
    return Done{};
}

void print(std::string_view text) {
    const std::string shown = printable(text);
    std::fwrite(shown.data(), 1, shown.size(), stdout);
}

int finish(const Ending& ending, std::string_view program) {
    if (ending.ok() && std::fflush(stdout) == 0)
        return static_cast<int>(*ending);
    const std::string words =
        ending.ok() ? "standard output cannot be written" : ending.fault().words;
    complain(program, words);
    const bool usage = !ending.ok() && ending.fault().kind == FaultClass::usage;
    return static_cast<int>(usage ? ExitStatus::usage : ExitStatus::attention);
}

}  // namespace kaspar::enforcer

// What every command works with: the configuration, the time, who asks, and the database, opened
// when first needed. And how commands end.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/system/clock.h"
#include "enforcer/enforcement.h"
#include "enforcer/policy_book.h"
#include "enforcer/state_changes.h"
#include "enforcer/store/remembered.h"

namespace kaspar::enforcer {

enum class ExitStatus { done = 0, attention = 1, usage = 2 };

using Ending = Result<ExitStatus>;

/// Options that every command takes.
struct CommonOptions {
    std::optional<std::string> configuration;  ///< -c
    std::optional<std::string> at;             ///< --at
    bool json = false;
};

/// The configuration that `options`, the environment or the package names. Fault: io, input.
Result<Configuration> configuration_for(const CommonOptions& options);

/// The clock that `at` asks for. Refused unless the configuration is a sandbox's.
Result<Clock> clock_for(const std::optional<std::string>& at, const Configuration& configuration);

/// The operating system's name of the user; "alice (sudo)" where sudo says who it really is.
std::string user_name();

class Session {
  public:
    /// Reads the configuration and opens the database. Fault: input, usage, state, io.
    static Result<std::unique_ptr<Session>> open(const CommonOptions& options);

    Enforcement& with() { return with_; }
    Database& database() { return database_; }
    const Configuration& configuration() const { return configuration_; }
    Time now() const { return with_.now; }
    bool json() const { return json_; }

  private:
    Session(Configuration configuration, Database database, const Clock& clock, bool json);
    Configuration configuration_;
    Database database_;
    KeyStores keystores_;
    Enforcement with_;
    bool json_;
};

/// The zone of that name. Fault: input, with the name that was probably meant.
Result<Zone> known_zone(Database& database, const std::string& name);

/// One zone's history under its lock: loaded, changed by a command, saved.
struct OpenZone {
    Transaction transaction;
    Zone zone;
    Policy policy;
    Remembered remembered;

    /// Begins the transaction. Refused if the clock stands before the zone's last event, or if the
    /// zone was restored from a backup and nobody has said yet what is published.
    static Result<OpenZone> open(Session& session, const std::string& name);

    /// The same, a restored zone included.
    static Result<OpenZone> open_restored(Session& session, const std::string& name);

    /// Saves, notes state changes since `before`, has the enforcer look at the zone, commits.
    Outcome close(Session& session, const StatesOfKeys& before);
};

/// Prints to standard output, what might give a terminal orders made visible (printable()).
void print(std::string_view text);

/// Ends the program's work: prints a fault on standard error, and gives the exit status.
int finish(const Ending& ending, std::string_view program);

}  // namespace kaspar::enforcer

// Executes one instruction: looks whether anything is due, and if so reads, signs, verifies and
// publishes one zone, and reports. Everything that it needs of the world is handed in; it reads no
// clock.
//
//   instruction ─► due? ─no─► unchanged
//                   │yes
//                   ▼
//   input ─good─► assemble ─► gate (write beside, read back, verify) ─► publish ─► report
//     │broken, held, serial refused                │does not pass
//     ▼                                            ▼
//   signatures due or new instruction?           refused: the last zone stands
//     │yes                        │no
//     ▼                           ▼
//   the last good content       refused, held: the last zone stands
//   signed again: kept alive
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/formats/configuration.h"
#include "common/formats/report.h"
#include "signer/key_access.h"
#include "signer/quiet_zone.h"
#include "signer/turns.h"

namespace kaspar::signer {

struct Surroundings {
    const Configuration& configuration;
    KeyAccess& keys;
    Time now;
    unsigned threads = 1;
    std::uint64_t stretch_records = 1024;  ///< about so many records are signed at a time
    Turns* turns = nullptr;                ///< absent: no other zone is executed meanwhile
};

/// How it went with one zone.
struct Execution {
    std::string zone;  ///< presentation format; if not even that is known, the file's name
    Run run;
    std::optional<Publication> publication;     ///< what is published now, as far as known
    std::vector<std::filesystem::path> inputs;  ///< a change of these calls for another run
    std::optional<QuietZone> quiet = {};        ///< if all is well until something changes

    /// False if a person is needed.
    bool good() const {
        return run.outcome == RunOutcome::published || run.outcome == RunOutcome::unchanged;
    }
};

/// Executes the instruction in that file. Failures are in the run's errors, and in the report,
/// which is written unless nothing was due and the last run was good.
Execution execute(const std::filesystem::path& instruction_file, const Surroundings& surroundings);

}  // namespace kaspar::signer

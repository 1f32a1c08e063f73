// A zone in which nothing is due, and everything that has to stay as it is for that to hold. A run
// that ends well gives one; until it is broken, later rounds need open neither the zone's
// instruction nor its report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/formats/configuration.h"
#include "common/formats/instruction.h"
#include "common/formats/report.h"
#include "common/values/file_identity.h"
#include "common/values/time.h"

namespace kaspar::signer {

struct StampedFile {
    std::string path;
    FileStamp stamp{};

    bool operator==(const StampedFile&) const = default;
};

/// The zone's files in the state folder, as they were when its run ended.
struct StateFiles {
    FileStamp instruction{}, executed{}, report{};

    bool operator==(const StateFiles&) const = default;
};

struct QuietZone {
    // What is told of it.
    std::string zone;  ///< presentation format
    std::uint64_t generation = 0;
    std::uint32_t serial = 0;
    std::uint64_t signatures = 0;
    Time published;
    std::optional<Time> first_expiry;

    // When something comes due though no file changes.
    std::optional<Time> next_refresh;
    std::optional<Time> valid_from;  ///< a clock before this was set back; absent: unsigned

    // What must not change.
    StateFiles state;
    std::vector<StampedFile> inputs;
    StampedFile output;

    bool operator==(const QuietZone&) const = default;
};

/// All that a run looks at to see whether anything is due.
QuietZone describe_quiet(const Instruction& instruction, const Publication& publication,
                         const StateFiles& state);

/// Looks at the files of zones that were quiet.
class QuietCheck {
  public:
    QuietCheck(const Configuration& configuration, Time now);

    /// True if nothing is due in the zone whose instruction has this file name.
    bool holds(const std::string& name, const QuietZone& known) const;

    /// True if the zone's last report is the one that `known` was made with, whatever else changed.
    bool knows_report(const std::string& name, const QuietZone& known) const;

  private:
    const std::string instructions_, executed_, reports_;  ///< folders
    const Time now_;
};

}  // namespace kaspar::signer

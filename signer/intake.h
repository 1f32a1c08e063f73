// What a zone's run begins with: its instruction, checked, and its last report.
#pragma once

#include <optional>
#include <string>

#include "common/formats/configuration.h"
#include "common/formats/instruction.h"
#include "common/formats/report.h"
#include "common/system/file.h"

namespace kaspar::signer {

/// The instructions that wait in the state folder, one file a zone, sorted by name. Fault: io
/// (missing folder).
Result<std::vector<Path>> list_instructions(const Configuration& configuration);

/// Where a zone's files are.
Path instruction_file(const Configuration& configuration, const Name& zone);
Path report_file(const Configuration& configuration, const Path& instruction_file);
Path lock_file(const Configuration& configuration, const Path& instruction_file);

/// The last report; absent if there is none. One that cannot be read is as good as none: it is a
/// cache, and `warning` tells. Fault: io.
struct LastReport {
    std::optional<Report> report;
    std::optional<std::string> warning;
};
Result<LastReport> read_last_report(const Path& file);

/// An instruction, and the sealed text that it came as.
struct TakenInstruction {
    Instruction instruction;
    std::string sealed;
};

/// Reads an instruction and checks that the enforcer signed it, that it is for the zone that its
/// file name says, and that its generation is not below the last one executed. Fault: io, state,
/// key.
Result<TakenInstruction> take_instruction(const Configuration& configuration, const Path& file,
                                          const std::optional<Report>& last);

/// Keeps a copy of the instruction that was executed last, to fall back on if a newer one cannot be
/// carried out. A cache, like the last output. Fault: io.
Outcome keep_executed(const Configuration& configuration, const Path& instruction_file,
                      const std::string& sealed);

/// That copy, checked as any instruction. Absent: there is none, or it is not of `generation`.
/// Fault: io, state, key.
Result<std::optional<Instruction>> read_executed(const Configuration& configuration,
                                                 const Path& instruction_file,
                                                 std::uint64_t generation);

/// The zone that an instruction speaks of, without trusting it: for messages only.
std::optional<Name> claimed_zone(const Path& file);

}  // namespace kaspar::signer

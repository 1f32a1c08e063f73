// Instructions: made from a zone's policy, arrangement and keys; numbered when something in them
// changed; signed; kept in the database; written to the folder that the signer reads. The file
// follows the row: it is written after the commit, and a crash in between is mended by the next
// pass.
#pragma once

#include "common/formats/instruction.h"
#include "enforcer/core/policy.h"
#include "enforcer/enforcement.h"
#include "enforcer/store/remembered.h"

namespace kaspar::enforcer {

/// What the zone's signer should do now; generation and time of issue are left open.
Instruction make_instruction(const Zone& zone, const Policy& policy, const Remembered& remembered);

/// Compares with the instruction that stands. If anything differs: raises the generation, signs,
/// and puts the text into `zone` to be saved and then written. True if it did. Fault: key, io.
Result<bool> renew_instruction(const Enforcement& with, Zone& zone, const Policy& policy,
                               Remembered& remembered);

/// The instruction that stands. Absent: none was given yet. Fault: state.
Result<std::optional<Instruction>> standing_instruction(const Configuration& configuration,
                                                        const Zone& zone);

std::filesystem::path instruction_path(const Configuration& configuration, const Name& zone);

/// Writes the instruction that stands to its file, unless the file has it already. Outside any
/// transaction. Fault: io.
Outcome write_instruction(const Enforcement& with, const Zone& zone);

}  // namespace kaspar::enforcer

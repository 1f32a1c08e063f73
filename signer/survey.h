// Compares what is about to be made with the last output, before anything is signed: whether there
// is anything to publish, and whether its serial may stay, must be known first.
#pragma once

#include "signer/assembly.h"
#include "signer/core/reuse.h"
#include "signer/core/zone_parts.h"

namespace kaspar::signer {

/// What would differ from the last output if the serial stayed.
struct Survey {
    bool data = false;        ///< records that come from the input; then the rest was not looked at
    bool records = false;     ///< records of any kind but signatures
    bool signatures = false;  ///< some must be made, or go

    bool anything() const { return data || records || signatures; }
};

/// Sets the assembly's serial and ZONEMD record to those of the last output. Fault: io, input (the
/// last output cannot be read).
Result<Survey> survey(Assembly& assembly, const SigningRules& rules, const ZoneByOwner& last,
                      unsigned threads);

}  // namespace kaspar::signer

// Zones whose memory came out of a backup. What was published since the backup was made is not in
// it, so nothing is moved, instructed, made or destroyed for them until a person says what is
// published now (kaspar zone confirm).
#pragma once

#include "enforcer/enforcement.h"

namespace kaspar::enforcer {

/// Fault: refused, with what the person is to do.
Outcome check_not_restored(const Zone& zone);

/// Marks every zone, in one transaction; takes back the instructions, which the signer may have
/// outlived.
Outcome mark_restored(Database& database, Time backup, Time now, const std::string& who);

}  // namespace kaspar::enforcer

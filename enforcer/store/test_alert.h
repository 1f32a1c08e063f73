// An alert that a person raises to see that alerts arrive. It says that it is a test, and ends by
// itself.
#pragma once

#include "enforcer/store/database.h"

namespace kaspar::enforcer {

/// Until when the alert lasts. Absent: there is none at `now`.
Result<std::optional<Time>> test_alert(Database& database, Time now);

/// In place of one that there may be.
Outcome raise_test_alert(Database& database, Time until);
Outcome end_test_alert(Database& database);

}  // namespace kaspar::enforcer

// One zone in a few words, as lists of many zones tell it: how long its signatures last, what it
// waits for, which keys are being replaced.
#pragma once

#include "common/system/terminal.h"
#include "enforcer/commands/view.h"

namespace kaspar::enforcer {

/// Expiry outranks everything (design promise 6): red when it is over or near.
Cell time_left(const ZoneView& view, Time now);

/// The zone whose signatures end first comes first; one without signatures last.
bool expires_before(const ZoneView& a, const ZoneView& b);

/// The most pressing thing that it needs or waits for; empty if there is none.
Cell summary(const ZoneView& view, Time now);

/// "signer: … to be published".
std::string wait_line(const Wait& wait);

/// Which keys come and go: "ksk 12345 leaves, 54321 comes"; empty if none.
std::string rolls(const ZoneView& view, Time now);

}  // namespace kaspar::enforcer

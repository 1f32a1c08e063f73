// Zone text that this program wrote itself (writer.h), read back fast: whole lines, one record a
// line, absolute owner, TTL, class and type written, no directives, blank lines or comments. What
// anybody else may have written is the reader's (reader.h).
#pragma once

#include <string_view>

#include "common/values/name.h"
#include "common/values/result.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

/// The zone in `text`; its records' origins are lines of file 0. Fault: input, naming the first
/// line that is not as above, or whose record does not belong in the zone.
Result<Zone> read_zone_lines(std::string_view text, const Name& apex);

/// The same of text that is known to be what was written, and has passed the verifier: its RRSIGs
/// are read in a faster way (rrsig_text.h).
Result<Zone> read_published_lines(std::string_view text, const Name& apex);

}  // namespace kaspar::signer

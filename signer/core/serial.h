// SOA serial numbers (RFC 1982), and how the next one is chosen. A published serial never goes
// backwards, whatever the policy, the input or the clock say.
#pragma once

#include <cstdint>
#include <optional>

#include "common/formats/signing.h"
#include "common/values/result.h"
#include "common/values/time.h"

namespace kaspar::signer {

/// True if `a` is newer than `b` (RFC 1982 §3.2). Serials exactly 2^31 apart are not comparable:
/// false.
bool serial_is_newer(std::uint32_t a, std::uint32_t b);

struct SerialSituation {
    SerialPolicy policy;
    std::uint32_t input;
    std::optional<std::uint32_t> last;  ///< the last one published, if any
    Time now;

    /// Policy keep only: the input's data did not change, only its signatures are renewed. Then the
    /// last serial may be published once more, since expiry outranks everything.
    bool may_stay;
};

/// The serial for a zone that is published anew. Fault: refused (policy keep, the input's serial is
/// not newer than the last published one, and it may not stay).
Result<std::uint32_t> next_serial(const SerialSituation& situation);

/// True if the serial alone calls for a new publication though nothing else changed: the policy
/// follows the input's serial, and that was raised.
bool serial_calls_for_publication(const SerialSituation& situation);

}  // namespace kaspar::signer

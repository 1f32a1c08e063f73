// What a key that others may know exposes: until when resolvers believe what it signs, and, if it
// is given up in an unsafe way, which resolvers may fail meanwhile. Read from a forecast.
#pragma once

#include "enforcer/core/foresight.h"

namespace kaspar::enforcer {

struct Exposure {
    /// From then on no cache holds the key's DS or DNSKEY, as far as is foreseen. Absent: the
    /// forecast ends before.
    std::optional<Time> believed_until;

    /// Moves that the rule speaks against, and what it says.
    struct Breach {
        Time at;
        std::string words;
    };
    std::vector<Breach> breaches;
};

/// `key`: its position in the forecast.
Exposure exposure(const Forecast& forecast, std::size_t key);

}  // namespace kaspar::enforcer

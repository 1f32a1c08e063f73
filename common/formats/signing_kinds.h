// Words for the signing parameters, the same in policies and instructions.
#pragma once

#include "common/formats/kind.h"
#include "common/formats/signing.h"

namespace kaspar::fields {

inline Kind<DenialType> denial_type() {
    return one_of<DenialType>({{"nsec", DenialType::nsec}, {"nsec3", DenialType::nsec3}});
}

inline Kind<SerialPolicy> serial_policy() {
    return one_of<SerialPolicy>({{"unixtime", SerialPolicy::unixtime},
                                 {"counter", SerialPolicy::counter},
                                 {"datecounter", SerialPolicy::datecounter},
                                 {"keep", SerialPolicy::keep}});
}

inline Kind<VerifyExtent> verify_extent() {
    return one_of<VerifyExtent>({{"all", VerifyExtent::all},
                                 {"new", VerifyExtent::fresh},
                                 {"sample", VerifyExtent::sample}});
}

/// "gradual": as they come due; "at-once": true.
inline Kind<bool> renewal() {
    return one_of<bool>({{"gradual", false}, {"at-once", true}});
}

/// TTLs fit 31 bits (RFC 2181 §8).
inline Kind<Duration> ttl() {
    return duration(Duration(0), Duration(0x7FFFFFFF));
}

}  // namespace kaspar::fields

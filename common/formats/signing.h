// The signing parameters that a policy sets and an instruction carries to the signer. One
// definition, used by both formats.
#pragma once

#include <cstdint>
#include <optional>

#include "common/values/bytes.h"
#include "common/values/time.h"

namespace kaspar {

/// RRSIG times. inception = now − inception_offset; expiration = now + validity ± jitter.
struct SignatureTimes {
    Duration validity;         ///< of zone data
    Duration dnskey_validity;  ///< of DNSKEY, CDS and CDNSKEY RRsets
    Duration denial_validity;  ///< of NSEC and NSEC3 RRsets
    Duration refresh;          ///< a signature with less than this left is renewed
    Duration jitter;           ///< each expiration is moved by up to this, spread by owner and type
    Duration inception_offset;
    Duration resign;  ///< how often signatures that came due are gathered and renewed
    bool
        renew_at_once;  ///< after a change of ZSK: replace all signatures now, not as they come due

    bool operator==(const SignatureTimes&) const = default;
};

enum class DenialType { nsec, nsec3 };

struct DenialParameters {
    DenialType type;
    bool opt_out;              ///< NSEC3 only (RFC 5155 §6)
    std::uint16_t iterations;  ///< NSEC3 only; RFC 9276 wants 0
    Bytes salt;                ///< NSEC3 only; RFC 9276 wants none

    bool operator==(const DenialParameters&) const = default;
};

/// How the SOA serial of the signed zone is chosen. It never goes backwards (RFC 1982).
enum class SerialPolicy {
    keep,         ///< the input's; the zone is refused if that would not grow while content changed
    counter,      ///< the last one plus one, or the input's if that is larger
    unixtime,     ///< seconds since 1970, or the last one plus one if that is larger
    datecounter,  ///< YYYYMMDDnn
};

enum class VerifyExtent {
    all,     ///< every signature
    fresh,   ///< those made in this run ("new" in files)
    sample,  ///< a sample; structure is always checked in full
};

}  // namespace kaspar

// Whether an input zone may be signed and published at all: the rules of RFC 1034, 2181, 4035 and
// 6672 that a zone breaks by itself. It does not ask other servers, and does not judge signatures.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/values/dnskey.h"
#include "common/values/file_identity.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

struct SanityOptions {
    std::uint32_t max_ttl;                    ///< seconds; a larger TTL is an error
    std::span<const Dnskey> foreign_dnskeys;  ///< may stand in the input without a notice
};

struct SanityFindings {
    /// Each "file:line: owner TYPE: what is wrong; remedy". At most 50 of a kind, then one line
    /// that tells how many more there are.
    std::vector<std::string> errors;
    std::vector<std::string> warnings;

    /// Records that the signer makes itself and so leaves out: RRSIG, NSEC, NSEC3 everywhere, and
    /// DNSKEY, CDS, CDNSKEY, NSEC3PARAM, ZONEMD at the apex. Signing never takes them from an
    /// input; here they are counted.
    std::uint64_t stripped = 0;
    std::optional<std::string> notice;  ///< tells of them, by type

    std::uint64_t records = 0;  ///< the rest
};

/// `files` are those that the records' Origin::file counts.
SanityFindings check_input(const Zone& zone, std::span<const FileIdentity> files,
                           const SanityOptions& options);

}  // namespace kaspar::signer

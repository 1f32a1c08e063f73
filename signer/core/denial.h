// The denial chain: NSEC (RFC 4034 §4) or NSEC3 (RFC 5155 §7.1). Says which names and types do not
// exist; signs nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/formats/signing.h"
#include "common/values/bytes.h"
#include "common/values/name.h"
#include "common/values/result.h"
#include "signer/core/content.h"

namespace kaspar::signer {

/// One NSEC or NSEC3 record per owner, in canonical order of owners.
class DenialChain {
  public:
    std::size_t size() const { return records_.size(); }
    std::uint16_t type() const { return type_; }

    /// The i-th record as an RRset to publish. Views into this chain and into the content it was
    /// made from.
    RRsetView rrset(std::size_t i) const;

  private:
    friend class ChainWriter;
    struct Record {
        BytesView shared_owner;  ///< NSEC: the content's; NSEC3: empty
        std::uint64_t owner_at, rdata_at;
        std::uint32_t rdata_size;
        std::uint8_t owner_size;
    };
    std::uint16_t type_ = rr::nsec;
    std::uint32_t ttl_ = 0;
    std::vector<Record> records_;
    Bytes owners_, rdata_;
};

/// TTL of NSEC and NSEC3 records: min(SOA TTL, SOA minimum) (RFC 9077 §3).
std::uint32_t denial_ttl(std::uint32_t soa_ttl, std::uint32_t soa_minimum);

/// NSEC for every authoritative name and delegation; not for glue, occluded names and empty
/// non-terminals (RFC 4035 §2.3).
DenialChain make_nsec_chain(const Content& content, std::uint32_t ttl);

/// NSEC3 for every authoritative name, empty non-terminal and delegation; with opt-out not for
/// insecure delegations and empty non-terminals that only lead to such (RFC 5155 §7.1). Fault:
/// refused if two names have the same hash; input if a hashed owner would be longer than 255
/// octets.
Result<DenialChain> make_nsec3_chain(const Content& content, const Name& apex,
                                     const DenialParameters& parameters, std::uint32_t ttl,
                                     unsigned threads);

/// RDATA of the apex's NSEC3PARAM record; its flags are always 0 (RFC 5155 §4.1.2).
Bytes nsec3param_rdata(const DenialParameters& parameters);

/// The hash of an owner in wire format, any case (RFC 5155 §5). 20 octets.
Bytes nsec3_hash(BytesView owner, BytesView salt, std::uint16_t iterations);

/// Appends a type bitmap (RFC 4034 §4.1.2); `types` in ascending order.
void append_type_bitmap(std::span<const std::uint16_t> types, Bytes& out);

}  // namespace kaspar::signer

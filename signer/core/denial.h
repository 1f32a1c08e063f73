// The denial chain: NSEC (RFC 4034 §4) or NSEC3 (RFC 5155 §7.1). Says which names and types do not
// exist; signs nothing.
#pragma once

#include <array>
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

/// NSEC for every authoritative name and delegation of a stretch; not for glue, occluded names and
/// empty non-terminals (RFC 4035 §2.3). The last one leads to `next`: the first owner of the next
/// stretch, or the apex.
DenialChain make_nsec_chain(const Content& content, BytesView next, std::uint32_t ttl);

using Nsec3Hash = std::array<std::uint8_t, 20>;  ///< SHA-1

/// The names of a zone that get an NSEC3 record, in the order of their hashes: every authoritative
/// name, empty non-terminal and delegation; with opt-out not insecure delegations and empty
/// non-terminals that only lead to such (RFC 5155 §7.1). 28 octets of memory a name.
class Nsec3Names {
  public:
    /// `input` is borrowed. Room is made for so many names as are expected. Fault: refused if two
    /// names have the same hash; input if a hashed owner would be longer than 255 octets.
    static Result<Nsec3Names> find(const Zone& input, const DenialParameters& parameters,
                                   unsigned threads, std::uint64_t expected = 0);

    /// How many there are. A short name of many labels has many empty non-terminals above it.
    static std::uint64_t count(const Zone& input, const DenialParameters& parameters);

    std::size_t size() const { return names_.size(); }

    /// "hash.apex" of the i-th, in wire format.
    Bytes hashed_owner(std::size_t i) const { return hashed_owner(names_[i].hash); }

    /// Index of the first whose hashed owner is not before this owner in canonical order.
    std::size_t first_from(BytesView owner) const;

    /// The records of the names from `begin` on and before `end`. `additions` as for
    /// list_content().
    DenialChain chain(std::size_t begin, std::size_t end, std::span<const RRsetView> additions,
                      std::uint32_t ttl) const;

  private:
    Nsec3Names(const Zone& input, const DenialParameters& parameters)
        : input_(&input), parameters_(parameters) {}

    struct HashedName {
        Nsec3Hash hash;
        std::uint32_t node;
        std::uint32_t cut;  ///< labels cut off the node's owner: above 0 an empty non-terminal
    };
    template <typename Take>
    void list(Take&& take) const;
    void hash_names(unsigned threads);
    BytesView name(const HashedName& hashed) const;
    Bytes hashed_owner(const Nsec3Hash& hash) const;
    Outcome check_collisions() const;

    const Zone* input_;
    DenialParameters parameters_;
    std::vector<HashedName> names_;
};

/// RDATA of the apex's NSEC3PARAM record; its flags are always 0 (RFC 5155 §4.1.2).
Bytes nsec3param_rdata(const DenialParameters& parameters);

/// The hash of an owner in wire format, any case (RFC 5155 §5).
Nsec3Hash nsec3_hash(BytesView owner, BytesView salt, std::uint16_t iterations);

/// Appends a type bitmap (RFC 4034 §4.1.2); `types` in ascending order.
void append_type_bitmap(std::span<const std::uint16_t> types, Bytes& out);

}  // namespace kaspar::signer

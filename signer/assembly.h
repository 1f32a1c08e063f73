// What the signed zone that an instruction asks for consists of: what Kaspar adds at the apex, and
// the denial chain. It is had one stretch at a time, by any number of threads, and without
// signatures. Signs and publishes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/formats/instruction.h"
#include "signer/core/signed_stretch.h"

namespace kaspar::signer {

/// What is to be signed.
struct AssemblyOrder {
    const Instruction& instruction;
    const Zone& source;  ///< the input, or the last output when the input is no good
    unsigned threads;
    /// About so many records of the source in a stretch, and as many NSEC3 records at most.
    std::uint64_t stretch_records;
};

class Assembly {
  public:
    /// What the order refers to is borrowed. Fault: refused (NSEC3 hash collision), input.
    static Result<std::unique_ptr<Assembly>> make(const AssemblyOrder& order);

    Assembly(const Assembly&) = delete;
    Assembly& operator=(const Assembly&) = delete;

    std::size_t stretch_count() const { return parts_.size(); }

    /// The index-th stretch, unsigned. The first has the apex. Views into this assembly.
    SignedStretch stretch(std::size_t index) const;

    /// The first owner of that stretch; empty past the last one.
    BytesView first_owner(std::size_t index) const;

    std::string zone_name() const { return order_.instruction.zone.text(); }

    std::uint32_t negative_ttl() const { return negative_ttl_; }

    // Serial and ZONEMD digest are known late; stretches show them through the views that they
    // hold.
    void set_serial(std::uint32_t serial);
    void set_zonemd(BytesView rdata);  ///< of another size than it has: stays as it is
    bool has_zonemd() const { return !zonemd_.empty(); }

  private:
    /// A stretch of the zone to be published.
    struct Part {
        Stretch nodes;           ///< of the source; none if it is of NSEC3 records alone
        std::size_t first_hash;  ///< index of its first NSEC3 record
        Bytes first_owner;
    };

    explicit Assembly(const AssemblyOrder& order) : order_(order) {}
    void add_apex();
    Outcome find_nsec3_names();
    Outcome cut();
    void end_part(std::size_t end_hash);
    bool is_signed() const { return !order_.instruction.keys.empty(); }
    DenialChain chain(std::size_t index, const Content& content) const;

    const AssemblyOrder order_;
    Bytes soa_, zonemd_;  ///< RDATA; the views point to them, so they keep their place
    std::uint32_t negative_ttl_ = 0;
    Zone apex_records_;  ///< DNSKEY, CDS, CDNSKEY
    Bytes nsec3param_;
    std::vector<RRsetView> additions_;
    std::optional<Nsec3Names> nsec3_names_;
    std::vector<Part> parts_;
};

/// Fields of SOA RDATA (RFC 1035 §3.3.13).
std::uint32_t soa_serial(BytesView rdata);
std::uint32_t soa_minimum(BytesView rdata);

/// The serial of a zone's SOA record. The zone has one.
std::uint32_t zone_serial(const Zone& zone);

/// The records that ask the parent to remove the DS (RFC 8078 §4).
Bytes delete_cds_rdata();
Bytes delete_cdnskey_rdata();

}  // namespace kaspar::signer

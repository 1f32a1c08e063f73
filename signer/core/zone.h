// A zone's records in memory: packed, sorted, read-only. Names and RDATA lie in a few large blocks;
// nothing is allocated per record. It knows order and grouping, not DNSSEC: what is authoritative,
// what must be signed and what proves absence is decided by its users (cuts.h, denial.h; the
// verifier decides for itself).
//
// Order: owners in canonical order (RFC 4034 §6.1); within an owner RRsets by type, RRSIGs by the
// type they cover; within an RRset records by canonical RDATA (§6.3), duplicates dropped. Owners
// keep the case in which they were first written.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/values/bytes.h"
#include "common/values/name.h"
#include "signer/core/blocks.h"
#include "signer/core/extent.h"

namespace kaspar::signer {

/// RR type numbers used by name here (IANA registry).
namespace rr {
constexpr std::uint16_t a = 1, ns = 2, cname = 5, soa = 6, txt = 16, aaaa = 28, dname = 39, ds = 43,
                        rrsig = 46, nsec = 47, dnskey = 48, nsec3 = 50, nsec3param = 51, cds = 59,
                        cdnskey = 60, zonemd = 63;
}

/// Where a record came from, for messages: index into the reader's list of files, and the line.
struct Origin {
    std::uint32_t line = 0;
    std::uint16_t file = 0;
};

struct RRset {
    std::uint16_t type;
    std::uint16_t covered;  ///< for RRSIG the type that it covers, else 0
    std::uint32_t ttl;      ///< the smallest of the records' (RFC 2181 §5.2)
    std::uint32_t first_record;
    std::uint32_t record_count : 31;
    bool ttls_differed : 1;  ///< the records did not all have that TTL
    Origin origin;           ///< of the record that was read first
};

struct Node {
    Extent name;  ///< the owner, in the name block
    std::uint32_t first_rrset, rrset_count;
};

// Large zones are hundreds of millions of these: they are packed.
static_assert(sizeof(RRset) == 24 && sizeof(Node) == 16);

class Zone {
  public:
    const Name& apex() const { return apex_; }

    /// All owners, in canonical order. The apex, if it has records, comes first.
    std::span<const Node> nodes() const { return nodes_; }

    /// Owner in wire format, in the case it was written in.
    BytesView owner(const Node& node) const {
        return BytesView(names_).subspan(node.name.at(), node.name.size());
    }

    /// The owner's RRsets, by type and covered type.
    std::span<const RRset> rrsets(const Node& node) const {
        return std::span(rrsets_).subspan(node.first_rrset, node.rrset_count);
    }

    /// The RRset of that type, or nullptr.
    const RRset* find(const Node& node, std::uint16_t type, std::uint16_t covered = 0) const;

    /// The node with that owner (wire format, any case), or nullptr.
    const Node* find(BytesView owner) const;

    /// RDATA of the RRset's i-th record, uncompressed wire format, case as written.
    BytesView rdata(const RRset& rrset, std::uint32_t i) const {
        const auto& record = records_[rrset.first_record + i];
        return BytesView(rdata_).subspan(record.at(), record.size());
    }

    std::uint64_t record_count() const { return records_.size(); }
    std::uint64_t rrset_count() const { return rrsets_.size(); }

    /// Octets of memory held.
    std::uint64_t memory() const;

  private:
    friend class ZoneBuilder;
    void append(const Zone& next);  ///< whose owners all come later
    void shrink();                  ///< where it pays
    Name apex_;
    std::vector<Node> nodes_;
    std::vector<RRset> rrsets_;
    std::vector<Extent> records_;  ///< in the RDATA block
    Bytes names_, rdata_;
};

/// Collects records in any order and packs them into a Zone, piece by piece. Records that come in
/// canonical order, as they mostly do, are given up as they are packed.
class ZoneBuilder {
  public:
    explicit ZoneBuilder(Name apex) : apex_(std::move(apex)) {}

    /// Adds one record; names in wire format, RDATA uncompressed. Records outside the apex are the
    /// caller's to refuse.
    void add(BytesView owner, std::uint16_t type, std::uint32_t ttl, BytesView rdata,
             Origin origin = {});

    /// Sorts, groups and drops duplicates, by so many threads. The builder is empty afterwards.
    Zone build(unsigned threads = 1);

    std::uint64_t record_count() const { return record_count_; }

    /// Octets of memory that the records take as they are; build() takes about as many again.
    std::uint64_t octets() const {
        return name_octets_ + rdata_octets_ + run_count_ * sizeof(Run) +
               record_count_ * sizeof(Added);
    }

  private:
    struct Added {
        Extent rdata;
        std::uint32_t ttl, line;
        std::uint16_t type, file;
    };
    static_assert(sizeof(Added) == 24);

    /// A stretch of records added one after the other with the same owner.
    struct Run {
        Extent name;
        std::uint32_t first;  ///< record; the run goes up to the next one's
    };
    static_assert(sizeof(Run) == 16);

    class NodePacker;
    class RunOrder;
    BytesView owner(const Run& run) const { return names_.at(run.name.at(), run.name.size()); }
    bool continues_run(BytesView owner) const;
    void start_run(BytesView owner);
    std::vector<std::uint32_t> order_of_runs(unsigned threads) const;
    void reserve(Zone& zone) const;
    void pack(const RunOrder& order, std::uint32_t begin, std::uint32_t end, Zone& zone) const;
    void free_before(const Run& run);

    Name apex_;
    Blocks<Run, 15> runs_;
    Blocks<Added, 15> added_;
    Blocks<std::uint8_t, 20> names_, rdata_;
    std::uint64_t name_octets_ = 0, rdata_octets_ = 0;
    std::uint32_t run_count_ = 0, record_count_ = 0;
    std::uint32_t most_rrsets_ = 0;  ///< the zone will not have more
    std::uint16_t last_type_ = 0;
};

/// Canonical form of RDATA (RFC 4034 §6.2, RFC 6840 §5.1): names in it in lower case, for those
/// types where that is asked for. Appends to `out`.
void append_canonical_rdata(std::uint16_t type, BytesView rdata, Bytes& out);

}  // namespace kaspar::signer

// Records in the form and order in which they are signed and digested. For the verifier only.
#pragma once

#include <span>
#include <vector>

#include "common/values/bytes.h"

namespace kaspar::signer::verification {

/// Records of one owner by type and canonical RDATA (RFC 4034 §6.3), without duplicates. Keeps its
/// memory from one owner to the next.
class CanonicalRecords {
  public:
    struct Record {
        std::uint16_t type;
        std::uint32_t ttl;
        std::size_t at, size;
    };

    void clear();
    void add(std::uint16_t type, std::uint32_t ttl, BytesView rdata);
    void sort();

    /// Each of them, once sorted, as it is signed and digested: owner, type, class, TTL, RDATA.
    void write(BytesView owner, Bytes& out) const;

  private:
    BytesView rdata(const Record& record) const {
        return BytesView(octets_).subspan(record.at, record.size);
    }
    int compare(const Record& a, const Record& b) const;

    std::vector<Record> records_;
    Bytes octets_;
};

}  // namespace kaspar::signer::verification

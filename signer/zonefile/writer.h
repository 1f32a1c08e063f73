// Records as zone text: one a line, absolute owner, TTL, class, type, RDATA, separated by one tab
// each.
#pragma once

#include "common/system/file.h"
#include "common/values/bytes.h"

namespace kaspar::signer {

/// Formats records; keeps its buffer between calls. RDATA that libknot cannot print as its type
/// goes out in the generic form of RFC 3597.
class RecordText {
  public:
    /// Appends one record's line to `out`.
    void append(std::string& out, BytesView owner, std::uint32_t ttl, std::uint16_t type,
                BytesView rdata);

  private:
    std::string buffer_;
};

}  // namespace kaspar::signer

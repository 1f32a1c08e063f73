// Records as zone text: one a line, absolute owner, TTL, class, type, RDATA, separated by one tab
// each. Every line reads back as the same record.
#pragma once

#include <memory>
#include <string>

#include "common/values/bytes.h"
#include "signer/core/zone.h"

namespace kaspar::signer {

/// Formats records; keeps its buffers between calls. RDATA that libknot cannot print, or whose text
/// would not read back as the same octets, goes out in the generic form of RFC 3597 §5, type number
/// included.
class RecordText {
  public:
    RecordText();
    ~RecordText();
    RecordText(RecordText&&) noexcept;
    RecordText& operator=(RecordText&&) noexcept;

    /// Appends one record's line to `out`.
    void append(std::string& out, BytesView owner, std::uint32_t ttl, std::uint16_t type,
                BytesView rdata);

  private:
    void append_unusual(std::string& out, std::uint16_t type, BytesView rdata);
    struct State;
    std::unique_ptr<State> state_;  ///< large; made when it is needed
};

/// The whole zone as text.
std::string zone_text(const Zone& zone);

}  // namespace kaspar::signer

// RRSIG records read back from the text that this program's writer gives them (writer.h). Half of a
// signed zone's octets are RRSIGs, and libzscanner takes 0.9 µs for each, most of it for their
// base64; this takes a fifth of that. For the last output only, whose octets are known to be those
// that were written: what is to be published is read by libzscanner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/values/bytes.h"
#include "common/values/name.h"

namespace kaspar::signer {

class RrsigText {
  public:
    /// RRSIGs whose signer is the apex, as it is written there.
    explicit RrsigText(const Name& apex);

    struct Line {
        std::uint32_t ttl;
        BytesView rdata;   ///< good until the next call
        std::size_t size;  ///< of the line, the newline excluded
    };

    /// The RRSIG whose line, from its TTL on, is at the start of `text`. Absent if there is no such
    /// line, or anything in it is not as the writer writes most of them.
    std::optional<Line> read(std::string_view text);

  private:
    const Bytes signer_;             ///< in wire format
    const std::string signer_text_;  ///< between two blanks
    Bytes rdata_;
};

}  // namespace kaspar::signer

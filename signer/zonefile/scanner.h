// libzscanner, one record at a time. It keeps what the master file format keeps between records:
// origin, last owner, default TTL. Directives other than $TTL, files and line counting are the
// reader's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/values/bytes.h"

namespace kaspar::signer {

constexpr std::uint32_t largest_ttl = 0x7fffffff;  ///< RFC 2181 §8; libzscanner takes more

/// A record as scanned; the views are good until the next call.
struct ScannedRecord {
    BytesView owner;
    std::uint16_t type;
    std::optional<std::uint32_t> ttl;  ///< absent: none written and no $TTL
    BytesView rdata;
};

struct ScanError {
    std::uint64_t line;
    std::string words;  ///< what is wrong, and the remedy if there is a special one
    bool unclosed;      ///< a parenthesis is open at the end, or where the next one opens
    bool dos_newline;   ///< the file has the line ends of another system
};

class RecordScanner {
  public:
    explicit RecordScanner(BytesView origin);
    ~RecordScanner();
    RecordScanner(const RecordScanner&) = delete;
    RecordScanner& operator=(const RecordScanner&) = delete;

    /// Scans the record at the start of `text`, which starts on line `line`. No line of parentheses
    /// alone may stand before it: libzscanner would go on to what follows, be it a directive. True:
    /// see record(), consumed() and line(). False: see error().
    bool scan(std::string_view text, std::uint64_t line);

    ScannedRecord record() const;
    std::size_t consumed() const { return consumed_; }  ///< the last newline excluded
    std::uint64_t line() const;                         ///< at consumed()
    ScanError error() const;

    /// True if the scanned record ends within parentheses that are still open: libzscanner takes a
    /// record whose last word is an address as ended by any newline. What follows up to the closing
    /// parenthesis is the caller's to check and skip.
    bool is_within_parentheses() const;

    /// Reads a $TTL directive. False: see error().
    bool scan_ttl(std::string_view directive, std::uint64_t line);

    /// Default TTL; absent before the first $TTL.
    std::optional<std::uint32_t> default_ttl() const;
    void set_default_ttl(std::optional<std::uint32_t> ttl);

    /// Reads a name, absolute, relative to the origin or "@". nullopt: see error().
    std::optional<Bytes> scan_name(std::string_view text, std::uint64_t line);

    Bytes origin() const;
    void set_origin(BytesView name);

    /// Owner for records that name none; empty: there is none yet.
    Bytes last_owner() const;
    void set_last_owner(BytesView name);

  private:
    void feed(std::string_view text, std::uint64_t line);

    struct State;
    class Spares;
    std::unique_ptr<State> state_;
    std::size_t consumed_ = 0;
};

}  // namespace kaspar::signer

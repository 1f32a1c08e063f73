// DNS messages (RFC 1035 §4) as far as an enforcer asks: one question, and what was answered to
// it. Hides libknot.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "common/system/secret.h"
#include "common/values/bytes.h"
#include "common/values/name.h"
#include "common/values/result.h"
#include "common/values/time.h"

namespace kaspar::enforcer {

/// Types by number.
namespace rrtype {
constexpr std::uint16_t a = 1, ns = 2, soa = 6, aaaa = 28, ds = 43, dnskey = 48, cds = 59,
                        dsync = 66;
}

/// Response codes by number (RFC 1035 §4.1.1).
namespace rcode {
constexpr unsigned no_error = 0, name_error = 3;
}

/// A key that both sides know (RFC 8945).
struct TsigKey {
    std::string name, algorithm;           ///< "transfer.example", "hmac-sha256"
    std::shared_ptr<const Secret> secret;  ///< base64
};

struct Question {
    Name name;
    std::uint16_t type;
    bool recursive = false;  ///< RD, and DO and AD with it: asks a resolver what it has validated
    bool notify = false;     ///< NOTIFY (RFC 1996) instead of a query
};

struct Record {
    Name owner;
    std::uint16_t type;
    Duration ttl;
    Bytes rdata;  ///< names in it are not compressed
};

struct Answer {
    unsigned rcode = 0;
    bool authoritative = false, authenticated = false;  ///< AA, AD
    std::vector<Record> answer, authority;

    /// The records of that owner and type in the answer section.
    std::vector<Record> records(const Name& owner, std::uint16_t type) const;
};

/// "NOERROR", "REFUSED", …
std::string rcode_word(unsigned rcode);

/// A message on its way, and what a reply must be to be taken for its answer.
class Query {
  public:
    /// `id` must be random (RFC 5452 §9.2). Fault: input if libknot does not know the TSIG
    /// algorithm or cannot read the secret.
    static Result<Query> make(const Question& question, std::uint16_t id,
                              const std::optional<TsigKey>& key);
    Query(Query&&) noexcept;
    Query& operator=(Query&&) noexcept;
    ~Query();

    BytesView wire() const;

    struct Reply {
        bool truncated;  ///< ask again over TCP; `answer` is not filled
        Answer answer;
    };

    /// Reads a reply. Absent: it is no answer to this query, by id, question or kind, so it may
    /// come from a stranger. Fault: input if it is one, but malformed or not signed as asked.
    Result<std::optional<Reply>> read(Bytes reply) const;

  private:
    struct State;
    explicit Query(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace kaspar::enforcer

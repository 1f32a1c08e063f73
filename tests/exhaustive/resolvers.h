// All that some resolver in the world may hold of one zone, in whole ticks, and whether it
// validates. The judge of the exhaustive search: includes nothing of the enforcer, so that the rule
// is not judged by itself.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tests/exhaustive/few.h"

namespace kaspar::exhaustive {

/// Keys, by their position in State::keys.
using Mask = std::uint8_t;
/// Ticks. Times are counted from now.
using Ticks = std::int8_t;

/// What one answer says. A DS set has keys only; an RRset of the zone's data has signers only.
struct Content {
    Mask keys = 0, signers = 0;

    auto operator<=>(const Content&) const = default;
};

/// One answer that resolvers may hold: servers give it now, or gave it lately.
struct Copy {
    Content content;
    bool served;  ///< the primary server gives it, with `ttl`
    Ticks ttl;
    Ticks left;  ///< what was given earlier stays this long

    auto operator<=>(const Copy&) const = default;
};

/// Copies of one kind of record.
class Copies {
  public:
    /// From now on the primary gives these; secondaries may give the earlier ones for `lag` more,
    /// and a resolver may have asked one of them at the last moment.
    void publish(std::span<const Content> answers, Ticks ttl, Ticks lag);
    void pass_tick();

    std::vector<Content> served() const;
    const auto& all() const { return copies_; }
    auto& all() { return copies_; }

  private:
    Few<Copy, 20> copies_;
};

struct Resolvers {
    Copies ds, dnskey, data;
};

/// A DS set, a DNSKEY RRset and an RRset of data that one resolver may hold together.
struct Held {
    Content ds, dnskey, data;
};

/// The combination that a resolver finds bogus, if there is one. `second` are the keys of the
/// second of two algorithms. Judged as the strictest validators do: every algorithm of the DS set
/// must lead to the data (RFC 6840 §5.11), and if `complete`, every algorithm of the DNSKEY RRset
/// must have signed the data (RFC 4035 §2.2).
std::optional<Held> find_bogus(const Resolvers& resolvers, Mask second, bool complete);

/// True if a resolver may hold anything of one of these keys.
bool is_held(const Resolvers& resolvers, Mask keys);

}  // namespace kaspar::exhaustive

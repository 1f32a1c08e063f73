// Every resolver of the world at once: what the parent and the zone published, for as long as a
// cache may hold it, and whether every mixture of it validates, by real signatures.
#pragma once

#include <optional>

#include "tests/support/rrsets.h"

namespace kaspar::test {

class ResolverCaches {
  public:
    /// How long an old version is still served after it was replaced: by the parent's servers and
    /// by the zone's.
    ResolverCaches(Duration parent_lag, Duration zone_lag)
        : parent_lag_(parent_lag), zone_lag_(zone_lag) {}

    /// The DS RRset at the parent from now on; no RDATA: none.
    void parent_publishes(const SignedRRset& ds, Time now);

    /// The zone from now on.
    void zone_publishes(const std::vector<SignedRRset>& zone, Time now);

    /// A resolver that would find the zone bogus now, in words; empty: none would. As strict as
    /// validators come: every algorithm of the DS set must lead to the data (RFC 6840 §5.11), and
    /// every algorithm of the DNSKEY RRset must have signed it (RFC 4035 §2.2).
    std::string complaint(Time now);

    /// Mixtures of DS, DNSKEY and data that were judged so far.
    std::uint64_t judged() const { return judged_; }

  private:
    struct Held {
        SignedRRset rrset;
        std::optional<Time> until;  ///< absent: it is what is published
    };
    using Versions = std::vector<Held>;

    static void publish(Versions& held, const std::vector<SignedRRset>& fresh, Time now,
                        Duration lag);
    static void expire(Versions& held, Time now);
    std::string judge(const SignedRRset& ds, const SignedRRset& dnskey, Time now);

    Duration parent_lag_, zone_lag_;
    Versions ds_, dnskey_, data_;
    std::uint64_t judged_ = 0;
};

}  // namespace kaspar::test

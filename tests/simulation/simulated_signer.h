// A signer of one zone of a few RRsets, each with its own TTL and signatures: carries out the last
// order that has reached it, keeps signatures that stand as the real signer does
// (signer/core/reuse.h), and says what it published.
#pragma once

#include "tests/simulation/chance.h"
#include "tests/simulation/resolver_oracle.h"

namespace kaspar::simulation {

/// What the signer is told to do.
struct Order {
    std::uint64_t generation = 0;
    Keys dnskey, dnskey_signers, zone_signers;
    Duration dnskey_ttl{}, max_ttl{}, validity{}, refresh{};
    bool renew_at_once = false;

    bool operator==(const Order&) const = default;
};

struct Publication {
    std::uint64_t generation;
    Time published;
    Answer<KeysetAnswer> dnskey;
    std::vector<Answer<Keys>> data;  ///< of every RRset, each answer once
    Duration largest_ttl, negative_ttl;
};

class SimulatedSigner {
  public:
    SimulatedSigner(const KeyAlgorithms& algorithms, Chance& chance, Duration max_ttl);

    Publication run(const Order& order, Time now);

    /// The zone as it was before it was first signed.
    Publication unsigned_zone(Duration max_ttl, Time now) const;

    void change_some_rrset();
    void lose_last_output() { lost_ = true; }
    /// A signature ran out before it was renewed: the simulation's own mistake.
    bool has_expired(Time now) const;

  private:
    struct Signature {
        int key;
        Time expires;
    };
    struct RRset {
        Duration own_ttl, ttl;
        std::vector<Signature> signatures;
        bool changed = false;
    };

    void renew(RRset& rrset, const Order& order, Time now);
    void keep_those_with_a_place(RRset& rrset, const Order& order) const;
    bool may_stand_in(int old, const Order& order) const;
    int algorithm(int key) const { return algorithms_[static_cast<std::size_t>(key)]; }
    Publication publication(const Order& order, Time now) const;

    const KeyAlgorithms& algorithms_;
    Chance& chance_;
    std::vector<RRset> rrsets_;
    bool lost_ = false;
};

}  // namespace kaspar::simulation

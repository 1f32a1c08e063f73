#include "tests/simulation/simulated_signer.h"

namespace kaspar::simulation {

SimulatedSigner::SimulatedSigner(const KeyAlgorithms& algorithms, Chance& chance, Duration max_ttl)
    : algorithms_(algorithms), chance_(chance) {
    const Duration largest = chance.pick<Duration>({max_ttl, std::chrono::days{30}});
    for (const Duration own : {largest, largest, Duration{60}, Duration{3600}, largest / 2})
        rrsets_.push_back({own, std::min(own, max_ttl), {}});
}

void SimulatedSigner::change_some_rrset() {
    rrsets_[chance_.below(rrsets_.size())].changed = true;
}

bool SimulatedSigner::has_expired(Time now) const {
    for (const RRset& rrset : rrsets_)
        for (const Signature& signature : rrset.signatures)
            if (signature.expires <= now)
                return true;
    return false;
}

Publication SimulatedSigner::run(const Order& order, Time now) {
    for (RRset& rrset : rrsets_)
        renew(rrset, order, now);
    lost_ = false;
    return publication(order, now);
}

Publication SimulatedSigner::unsigned_zone(Duration max_ttl, Time now) const {
    Order nothing;
    nothing.dnskey_ttl = nothing.max_ttl = max_ttl;
    return publication(nothing, now);
}

Publication SimulatedSigner::publication(const Order& order, Time now) const {
    Publication made{order.generation,
                     now,
                     {{order.dnskey, order.dnskey_signers}, order.dnskey_ttl},
                     {},
                     Duration{0},
                     std::min(order.max_ttl, Duration{3600})};
    // A negative answer is kept by its own TTL (RFC 2308 §5).
    if (order.dnskey.empty())
        made.dnskey.ttl = made.negative_ttl;
    for (const RRset& rrset : rrsets_) {
        Answer<Keys> answer{{}, rrset.ttl};
        for (const Signature& signature : rrset.signatures)
            answer.content.push_back(signature.key);
        std::sort(answer.content.begin(), answer.content.end());
        if (std::find(made.data.begin(), made.data.end(), answer) == made.data.end())
            made.data.push_back(answer);
        made.largest_ttl = std::max(made.largest_ttl, rrset.ttl);
    }
    return made;
}

void SimulatedSigner::renew(RRset& rrset, const Order& order, Time now) {
    const Duration ttl = std::min(rrset.own_ttl, order.max_ttl);
    if (lost_ || rrset.changed || rrset.ttl != ttl)
        rrset.signatures.clear();
    rrset.ttl = ttl;
    rrset.changed = false;
    std::erase_if(rrset.signatures, [&](const Signature& one) {
        return one.expires - now < order.refresh || one.expires - now > order.validity;
    });
    keep_those_with_a_place(rrset, order);
    for (const int key : order.zone_signers) {
        const bool served =
            std::any_of(rrset.signatures.begin(), rrset.signatures.end(), [&](const auto& one) {
                return one.key == key ||
                       (!has(order.zone_signers, one.key) && algorithm(one.key) == algorithm(key));
            });
        if (!served)
            rrset.signatures.push_back(
                {key, now + order.validity - chance_.up_to((order.validity - order.refresh) / 4)});
    }
}

/// A key's own signature comes before one that stands in for it; only one stands in.
void SimulatedSigner::keep_those_with_a_place(RRset& rrset, const Order& order) const {
    std::vector<Signature> kept;
    for (const Signature& one : rrset.signatures)
        if (has(order.zone_signers, one.key))
            kept.push_back(one);
    for (const Signature& one : rrset.signatures) {
        if (has(order.zone_signers, one.key) || !may_stand_in(one.key, order))
            continue;
        const bool taken = std::any_of(kept.begin(), kept.end(), [&](const Signature& other) {
            return algorithm(other.key) == algorithm(one.key);
        });
        if (!taken)
            kept.push_back(one);
    }
    rrset.signatures = kept;
}

/// An old signature stands until it comes due if its key is published and one key of its algorithm
/// signs now.
bool SimulatedSigner::may_stand_in(int old, const Order& order) const {
    const auto successors =
        std::count_if(order.zone_signers.begin(), order.zone_signers.end(),
                      [&](int key) { return algorithm(key) == algorithm(old); });
    return !order.renew_at_once && has(order.dnskey, old) && successors == 1;
}

}  // namespace kaspar::simulation

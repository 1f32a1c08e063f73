#include "signer/core/reuse.h"

#include <algorithm>

#include "signer/core/name_order.h"

namespace kaspar::signer {

namespace {

bool same_canonical(std::uint16_t type, BytesView a, BytesView b) {
    Bytes canonical_a, canonical_b;
    append_canonical_rdata(type, a, canonical_a);
    append_canonical_rdata(type, b, canonical_b);
    return canonical_a == canonical_b;
}

enum class Sameness { different, canonical, exact };

Sameness compare_rrsets(const RRsetView& rrset, const Zone& last, const RRset& old) {
    if (rrset.ttl != old.ttl || old.ttls_differed || rrset.size() != old.record_count)
        return Sameness::different;
    auto sameness = Sameness::exact;
    for (std::uint32_t i = 0; i < old.record_count; ++i) {
        const auto now = rrset.rdata(i), then = last.rdata(old, i);
        if (same_octets(now, then))
            continue;
        if (!same_canonical(rrset.type, now, then))
            return Sameness::different;
        sameness = Sameness::canonical;
    }
    return sameness;
}

const SignerKey* key_of(const RrsigHead& head, const SigningRules& rules) {
    for (const auto& key : rules.keys)
        if (key.tag == head.tag &&
            key.dnskey.key.algorithm == static_cast<Algorithm>(head.algorithm))
            return key.recognised ? &key : nullptr;
    return nullptr;
}

bool fits_rrset(const RrsigHead& head, const RRsetView& rrset, const SigningRules& rules) {
    return head.covered == rrset.type && head.original_ttl == rrset.ttl &&
           head.labels == rrsig_labels(rrset.owner) && same_name(head.signer, rules.apex.wire());
}

/// Not due, not from the future, and no longer than the policy would make it now.
bool fits_time(const RrsigHead& head, const RRsetView& rrset, const SigningRules& rules) {
    const auto expiration = from_wire_time(head.expiration, rules.now);
    const auto longest = validity_for(rules.times, signature_role(rrset.type)) + rules.times.jitter;
    return from_wire_time(head.inception, rules.now) <= rules.now &&
           rules.now < due_time(expiration, rules.times) && expiration <= rules.now + longest;
}

std::optional<StandingSignature> usable(BytesView rdata, const RRsetView& rrset,
                                        const SigningRules& rules) {
    const auto head = read_rrsig_head(rdata);
    if (!head || !fits_rrset(*head, rrset, rules) || !fits_time(*head, rrset, rules))
        return std::nullopt;
    const auto* key = key_of(*head, rules);
    if (key == nullptr)
        return std::nullopt;
    return StandingSignature{rdata, static_cast<unsigned>(key - rules.keys.data()),
                             from_wire_time(head->expiration, rules.now)};
}

bool has_signature_by(const Decision& decision, unsigned key) {
    return std::any_of(decision.standing.begin(), decision.standing.end(),
                       [&](const StandingSignature& one) { return one.key == key; });
}

/// The only key that signs zone data with this algorithm, if there is exactly one.
std::optional<unsigned> only_zone_signer(const SigningRules& rules, Algorithm algorithm) {
    std::optional<unsigned> only;
    for (unsigned i = 0; i < rules.keys.size(); ++i) {
        if (!rules.keys[i].sign_zone || rules.keys[i].dnskey.key.algorithm != algorithm)
            continue;
        if (only)
            return std::nullopt;
        only = i;
    }
    return only;
}

/// The key whose place a signature takes during a gradual change of ZSK (pre-publication: RFC 6781
/// §4.1.1.1; signatures are replaced as they come due), if it may.
std::optional<unsigned> stands_in_for(const StandingSignature& old, const SigningRules& rules) {
    const auto& key = rules.keys[old.key];
    if (rules.times.renew_at_once || !key.publish || key.sign_zone)
        return std::nullopt;
    return only_zone_signer(rules, key.dnskey.key.algorithm);
}

/// Keeps of the usable signatures those that have a place; marks in `served` the keys that need not
/// sign. A key's own signature comes before one that stands in for it.
std::uint64_t keep_those_with_a_place(SignatureRole role, const SigningRules& rules,
                                      Decision& decision) {
    std::uint64_t served = 0;
    for (const auto& one : decision.standing)
        if (rules.keys[one.key].signs(role))
            served |= std::uint64_t{1} << one.key;
    std::erase_if(decision.standing, [&](const StandingSignature& one) {
        if (rules.keys[one.key].signs(role))
            return false;
        const auto place = role == SignatureRole::keyset ? std::nullopt : stands_in_for(one, rules);
        if (!place || (served >> *place & 1) != 0)
            return true;
        served |= std::uint64_t{1} << *place;
        return false;
    });
    return served;
}

void collect_usable(const RRsetView& rrset, const SigningRules& rules, const Zone& last,
                    const RRset& signatures, Decision& decision) {
    for (std::uint32_t i = 0; i < signatures.record_count; ++i) {
        const auto one = usable(last.rdata(signatures, i), rrset, rules);
        if (one && !has_signature_by(decision, one->key))
            decision.standing.push_back(*one);
    }
}

void reset(Decision& decision) {
    decision.standing.clear();
    decision.to_make.clear();
    decision.dropped = 0;
    decision.same_rrset = false;
}

bool is_ambiguous(const SignerKey& key, std::span<const Dnskey> others) {
    return std::any_of(others.begin(), others.end(), [&](const Dnskey& other) {
        return other != key.dnskey && other.key.algorithm == key.dnskey.key.algorithm &&
               other.tag() == key.tag;
    });
}

}  // namespace

std::vector<SignerKey> signer_keys(std::vector<SignerKey> instructed,
                                   std::span<const Dnskey> foreign,
                                   std::span<const Dnskey> last_published,
                                   std::span<const std::string> known_fingerprints) {
    std::vector<Dnskey> others(foreign.begin(), foreign.end());
    others.insert(others.end(), last_published.begin(), last_published.end());
    for (const auto& key : instructed)
        others.push_back(key.dnskey);
    const auto is_known = [&](const SignerKey& key) {
        return std::find(last_published.begin(), last_published.end(), key.dnskey) !=
                   last_published.end() ||
               std::find(known_fingerprints.begin(), known_fingerprints.end(),
                         key.dnskey.key.fingerprint()) != known_fingerprints.end();
    };
    for (auto& key : instructed)
        key.recognised = is_known(key) && !is_ambiguous(key, others);
    return instructed;
}

void decide(const RRsetView& rrset, const SigningRules& rules, const Zone* last,
            const Node* last_node, Decision& decision) {
    reset(decision);
    const auto* old = last_node == nullptr ? nullptr : last->find(*last_node, rrset.type);
    const auto* signatures =
        last_node == nullptr ? nullptr : last->find(*last_node, rr::rrsig, rrset.type);
    const auto sameness = old == nullptr ? Sameness::different : compare_rrsets(rrset, *last, *old);
    decision.same_rrset =
        sameness == Sameness::exact && same_octets(rrset.owner, last->owner(*last_node));
    const auto role = signature_role(rrset.type);
    std::uint64_t served = 0;
    if (rrset.is_signed) {
        if (signatures != nullptr && sameness != Sameness::different)
            collect_usable(rrset, rules, *last, *signatures, decision);
        served = keep_those_with_a_place(role, rules, decision);
        for (unsigned i = 0; i < rules.keys.size(); ++i)
            if (rules.keys[i].signs(role) && (served >> i & 1) == 0)
                decision.to_make.push_back(i);
    }
    const auto before = signatures == nullptr ? 0 : signatures->record_count;
    decision.dropped = before - static_cast<unsigned>(decision.standing.size());
}

}  // namespace kaspar::signer

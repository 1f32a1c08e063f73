#include "enforcer/core/methods.h"

#include "enforcer/core/timing.h"

namespace kaspar::enforcer {

namespace {

constexpr Records D = ds_record, K = dnskey_record, S = dnskey_signature, Z = zone_signatures;

// RFC 7583 §2.1 and §3.2: zone-signing keys.
constexpr Move zsk_pre_publication[] = {
    {K, no_records, Margin::none},
    {Z, Z, Margin::publish},
    {no_records, K, Margin::retire},
};
constexpr Move zsk_double_signature[] = {
    {K | Z, no_records, Margin::none},
    {no_records, K | Z, Margin::retire},
};

// RFC 7583 §2.2 and §3.3: key-signing keys.
constexpr Move ksk_double_signature[] = {
    {K | S, no_records, Margin::none},
    {D, D, Margin::publish},
    {no_records, K | S, Margin::retire},
};
constexpr Move ksk_double_ds[] = {
    {D, no_records, Margin::none},
    {K | S, K | S, Margin::publish},
    {no_records, D, Margin::retire},
};
constexpr Move ksk_double_rrset[] = {
    {D | K | S, no_records, Margin::none},
    {no_records, D | K | S, Margin::publish},
};

// Algorithm rolls (RFC 6781 §4.1.4). The retire margin is for a key that was replaced by one of its
// kind, as BIND has it; here the rule alone says when the old algorithm may go.
constexpr Move algorithm_conservative[] = {
    {Z, no_records, Margin::none},     {K | S, no_records, Margin::none}, {D, D, Margin::publish},
    {no_records, K | S, Margin::none}, {no_records, Z, Margin::none},
};
constexpr Move algorithm_liberal[] = {
    {K | S | Z, no_records, Margin::none},
    {D, D, Margin::publish},
    {no_records, K | S | Z, Margin::none},
};

// Nothing validates yet, so keys that were given up before the first DS go at once.
constexpr Move first[] = {
    {K | S | Z, K | S | Z, Margin::none},
    {D, no_records, Margin::publish},
};

constexpr Move insecure[] = {
    {no_records, D, Margin::none},
    {no_records, K | S | Z, Margin::none},
};

constexpr Sequence sequences[] = {
    {"ZSK pre-publication", zsk_pre_publication},
    {"ZSK double-signature", zsk_double_signature},
    {"KSK double-signature", ksk_double_signature},
    {"KSK double-DS", ksk_double_ds},
    {"KSK double-RRset", ksk_double_rrset},
    {"conservative algorithm roll", algorithm_conservative},
    {"liberal algorithm roll", algorithm_liberal},
    {"first signing", first},
    {"going insecure", insecure},
};

}  // namespace

const Sequence& sequence(Method method) {
    return sequences[static_cast<std::size_t>(method)];
}

const Sequence& sequence(AlgorithmRollover rollover) {
    return sequences[rollover == AlgorithmRollover::conservative ? 5 : 6];
}

const Sequence& first_signing() {
    return sequences[7];
}

const Sequence& going_insecure() {
    return sequences[8];
}

Method shortest_ksk_method(const Policy& policy) {
    const auto exposure = [&](auto formula) {
        return formula(policy.registration_delay, policy.parent_propagation_delay, policy.ds_ttl,
                       policy.zone_propagation_delay, policy.dnskey_ttl);
    };
    // Of equal ones the first: it needs the parent only once.
    const std::pair<Duration, Method> methods[] = {
        {exposure(timing::double_signature_exposure), Method::ksk_double_signature},
        {exposure(timing::double_rrset_exposure), Method::ksk_double_rrset},
        {exposure(timing::double_ds_exposure), Method::ksk_double_ds},
    };
    return std::min_element(std::begin(methods), std::end(methods),
                            [](const auto& a, const auto& b) { return a.first < b.first; })
        ->second;
}

}  // namespace kaspar::enforcer

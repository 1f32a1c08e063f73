#include "signer/core/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "signer/core/verify_context.h"

namespace kaspar::signer {

namespace verification {

namespace {

void note(std::vector<Problem>& list, std::uint64_t& count, BytesView owner, std::uint16_t type,
          std::string words) {
    if (++count <= VerificationResult::most_listed)
        list.push_back({name_text(owner), type_text(type), std::move(words)});
}

bool is_denial_or_signature(std::uint16_t type) {
    return type == rr::rrsig || type == rr::nsec || type == rr::nsec3 || type == rr::nsec3param ||
           type == rr::cds || type == rr::cdnskey;
}

void inspect_unsigned(Context& context) {
    for (const auto& node : context.zone.nodes())
        for (const auto& rrset : context.zone.rrsets(node))
            if (is_denial_or_signature(rrset.type))
                context.problem(node, rrset.type,
                                "the zone has no DNSKEY, so this must not be there");
    const auto& request = context.request;
    const bool wanted =
        request.expected ? request.expected->dnskeys.empty() : request.may_be_unsigned;
    if (!wanted)
        context.problem(*context.apex, rr::dnskey,
                        "the zone is not signed: it has no DNSKEY RRset");
}

std::vector<std::string> fingerprints(const std::vector<const Key*>& keys) {
    std::set<std::string> sorted;
    for (const auto* key : keys)
        sorted.insert(key->key.fingerprint());
    return {sorted.begin(), sorted.end()};
}

bool is_key_set(std::uint16_t type) {
    return type == rr::dnskey || type == rr::cds || type == rr::cdnskey;
}

void tell_signers(Context& context) {
    std::map<std::vector<const Key*>, std::uint64_t> sets;
    for (const auto& rrset : context.signed_rrsets)
        if (!is_key_set(rrset.rrset->type))
            ++sets[signers_of(context, rrset)];
    for (const auto& [keys, count] : sets)
        context.result.data_signers.push_back({fingerprints(keys), count});
    if (const auto* dnskeys = signed_at_apex(context, rr::dnskey))
        context.result.dnskey_signers = fingerprints(signers_of(context, *dnskeys));
}

void inspect_signed(Context& context) {
    context.result.secure = true;
    inspect_keys(context);
    inspect_signatures(context);
    inspect_denial(context);
    inspect_delegation_signals(context);
    tell_signers(context);
}

}  // namespace

std::string Key::text() const {
    return fmt::format("key {} ({})", tag, facts(key.algorithm).mnemonic);
}

Context::Context(const VerificationRequest& asked)
    : request(asked), zone(asked.zone), apex(zone.find(zone.apex().wire())) {}

bool Context::must_be_signed(const Node& node, std::uint16_t type) const {
    if (type == rr::rrsig)
        return false;
    if (type == rr::nsec3)
        return true;
    switch (standing(node)) {
        case Standing::authoritative:
            return true;
        case Standing::delegation:
            return type == rr::ds || type == rr::nsec;
        case Standing::occluded:
        case Standing::hash:
            break;
    }
    return false;
}

void Context::problem(BytesView owner, std::uint16_t type, std::string words) {
    note(result.problems, result.problem_count, owner, type, std::move(words));
}

void Context::warning(const Node& node, std::uint16_t type, std::string words) {
    note(result.warnings, result.warning_count, zone.owner(node), type, std::move(words));
}

std::vector<const Key*> signers_of(const Context& context, const SignedRRset& rrset) {
    std::vector<const Key*> keys;
    for (std::uint32_t i = 0; i < rrset.count; ++i)
        if (const auto& signature = context.signatures[rrset.first + i]; signature.key >= 0)
            keys.push_back(&context.keys[signature.key]);
    std::sort(keys.begin(), keys.end());
    return keys;
}

const SignedRRset* signed_at_apex(const Context& context, std::uint16_t type) {
    for (const auto& rrset : context.signed_rrsets) {
        if (rrset.node != context.apex)
            break;  // the apex is the first node
        if (rrset.rrset->type == type)
            return &rrset;
    }
    return nullptr;
}

}  // namespace verification

VerificationResult verify(const VerificationRequest& request) {
    using namespace verification;
    Context context(request);
    context.result.records = request.zone.record_count();
    if (!inspect_data(context))
        return std::move(context.result);
    if (context.at_apex(rr::dnskey) != nullptr)
        inspect_signed(context);
    else
        inspect_unsigned(context);
    inspect_zonemd(context);
    inspect_expectations(context);
    return std::move(context.result);
}

}  // namespace kaspar::signer

// RRSIG records: which there must be, which there must not be, and what their fields must say
// (RFC 4034 §3, RFC 4035 §2.2 and §5.3.1).
#include <fmt/format.h>

#include <algorithm>

#include "signer/core/verify_context.h"

namespace kaspar::signer::verification {

namespace {

bool is_key_set(std::uint16_t type) {
    return type == rr::dnskey || type == rr::cds || type == rr::cdnskey;
}

// --- gathering ---

void add_signatures(Context& context, const Node& node, const RRset& rrset, const RRset& rrsigs) {
    SignedRRset entry{&node, &rrset, &rrsigs, context.signatures.size(), 0};
    for (std::uint32_t i = 0; i < rrsigs.record_count; ++i) {
        const auto fields = read_rrsig(context.zone.rdata(rrsigs, i));
        if (!fields) {
            context.problem(node, rrset.type, "RRSIG with malformed RDATA");
            continue;
        }
        context.signatures.push_back(
            {.fields = *fields, .rrset = static_cast<std::uint32_t>(context.signed_rrsets.size())});
        ++entry.count;
    }
    context.signed_rrsets.push_back(entry);
}

std::string why_unsigned(const Context& context, const Node& node, std::uint16_t type) {
    if (type == rr::rrsig)
        return "there is an RRSIG over RRSIG records (RFC 4035 §2.2)";
    if (context.standing(node) == Standing::delegation)
        return "there is an RRSIG, but at a delegation only DS and NSEC are signed (RFC 4035 §2.2)";
    return "there is an RRSIG, but this is glue or hidden below a delegation or DNAME, and must "
           "not be "
           "signed (RFC 4035 §2.2)";
}

void inspect_rrsig_set(Context& context, const Node& node, const RRset& rrsigs) {
    context.result.signatures += rrsigs.record_count;
    const auto* rrset = context.zone.find(node, rrsigs.covered);
    if (rrsigs.covered == rr::rrsig)
        context.problem(node, rr::rrsig, why_unsigned(context, node, rr::rrsig));
    else if (rrset == nullptr)
        context.problem(node, rrsigs.covered, "there is an RRSIG, but no RRset that it covers");
    else if (!context.must_be_signed(node, rrsigs.covered))
        context.problem(node, rrsigs.covered, why_unsigned(context, node, rrsigs.covered));
    else
        add_signatures(context, node, *rrset, rrsigs);
}

void gather(Context& context, const Node& node) {
    for (const auto& rrset : context.zone.rrsets(node)) {
        if (rrset.type == rr::rrsig) {
            inspect_rrsig_set(context, node, rrset);
        } else if (context.must_be_signed(node, rrset.type)) {
            ++context.result.rrsets;
            if (context.zone.find(node, rr::rrsig, rrset.type) == nullptr)
                context.problem(node, rrset.type, "has no signature");
        }
    }
}

// --- fields ---

/// One signature under examination.
struct Subject {
    Context& context;
    Signature& signature;
    const SignedRRset& target;

    BytesView owner() const { return context.zone.owner(*target.node); }
    std::uint16_t type() const { return target.rrset->type; }
    void unsound(std::string words) {
        signature.sound = false;
        context.problem(*target.node, type(),
                        fmt::format("signature by key {}: {}", signature.fields.tag, words));
    }
};

// RFC 4034 §3.1.3: neither the root nor a leading asterisk counts.
void inspect_labels(Subject& subject) {
    const auto owner = subject.owner();
    const unsigned right = label_count(owner) - (is_wildcard(owner) ? 1 : 0);
    if (subject.signature.fields.labels != right)
        subject.unsound(fmt::format(
            "its labels field is {}, and must be {}{}", subject.signature.fields.labels, right,
            is_wildcard(owner) ? " (a wildcard's asterisk does not count)" : ""));
}

void inspect_ttls(Subject& subject) {
    const auto ttl = subject.target.rrset->ttl;
    if (subject.signature.fields.original_ttl != ttl)
        subject.unsound(fmt::format("its original TTL is {}, the RRset's TTL is {}",
                                    subject.signature.fields.original_ttl, ttl));
    if (subject.target.rrsigs->ttl != ttl)
        subject.unsound(fmt::format("the RRSIG's TTL is {}, the RRset's TTL is {} (RFC 4034 §3)",
                                    subject.target.rrsigs->ttl, ttl));
}

void note_expiry(std::optional<Time>& first, Time expiry) {
    if (!first || expiry < *first)
        first = expiry;
}

void inspect_times(Subject& subject) {
    auto& context = subject.context;
    const auto now = context.request.now;
    const auto inception = from_wire_time(subject.signature.fields.inception, now);
    const auto expiration = from_wire_time(subject.signature.fields.expiration, now);
    note_expiry(context.result.first_expiry, expiration);
    if (subject.type() == rr::dnskey)
        note_expiry(context.result.first_dnskey_expiry, expiration);
    if (expiration <= inception)
        subject.unsound(fmt::format("it expires at {}, before its inception at {}",
                                    to_rfc3339(expiration), to_rfc3339(inception)));
    else if (now >= expiration)
        subject.unsound(fmt::format("expired since {}", to_rfc3339(expiration)));
    else if (now < inception)
        subject.unsound(fmt::format("not yet valid: its inception is {}", to_rfc3339(inception)));
}

void inspect_signer_name(Subject& subject) {
    const auto signer = subject.signature.fields.signer;
    if (!same_name(signer, subject.context.zone.apex().wire()))
        subject.unsound(fmt::format("its signer name is {}, not the zone's", name_text(signer)));
}

bool has_tag(const Key& key, const Rrsig& fields) {
    return key.tag == fields.tag &&
           static_cast<std::uint8_t>(key.key.algorithm) == fields.algorithm;
}

// RFC 4034 §2.1.1; RFC 5011 §2.1: a revoked key signs its own DNSKEY RRset and nothing else.
// A key that is not published may sign ahead, but what the key sets say must hang together.
bool may_sign(const Key& key, std::uint16_t type) {
    return key.signs_zones() && (!key.is_revoked() || type == rr::dnskey) &&
           (key.published || !is_key_set(type));
}

std::string why_no_key(const Subject& subject) {
    const auto& fields = subject.signature.fields;
    for (const auto& key : subject.context.keys) {
        if (!has_tag(key, fields))
            continue;
        if (!key.signs_zones())
            return "its key lacks the zone flag (RFC 4034 §2.1.1)";
        if (key.is_revoked())
            return "its key is revoked and may sign the DNSKEY RRset only (RFC 5011 §2.1)";
        return "its key is not in the DNSKEY RRset, and may not yet sign this RRset";
    }
    return fmt::format("no key with this tag and algorithm {} is in the DNSKEY RRset",
                       fields.algorithm);
}

void inspect_key(Subject& subject) {
    const auto& keys = subject.context.keys;
    const bool there = std::any_of(keys.begin(), keys.end(), [&](const Key& key) {
        return has_tag(key, subject.signature.fields) && may_sign(key, subject.type());
    });
    if (!there)
        subject.unsound(why_no_key(subject));
}

void inspect_fields(Context& context, Signature& signature) {
    Subject subject{context, signature, context.signed_rrsets[signature.rrset]};
    inspect_signer_name(subject);
    inspect_labels(subject);
    inspect_ttls(subject);
    inspect_times(subject);
    inspect_key(subject);
}

// --- what the signatures are enough for ---

bool has_signature_by(const Context& context, const SignedRRset& rrset, Algorithm algorithm) {
    for (std::uint32_t i = 0; i < rrset.count; ++i)
        if (context.signatures[rrset.first + i].fields.algorithm ==
            static_cast<std::uint8_t>(algorithm))
            return true;
    return false;
}

std::vector<Algorithm> required_algorithms(const Context& context, std::uint16_t type) {
    auto required = context.request.required_algorithms.value_or(context.result.algorithms);
    if (!is_key_set(type))
        for (const auto& key : context.keys)
            if (!key.published)
                required.push_back(key.key.algorithm);
    std::sort(required.begin(), required.end());
    required.erase(std::unique(required.begin(), required.end()), required.end());
    return required;
}

// A signature that is there and bad has been told of already.
void require_algorithms(Context& context, const SignedRRset& rrset,
                        const std::vector<Algorithm>& required) {
    for (const auto algorithm : required)
        if (!has_signature_by(context, rrset, algorithm))
            context.problem(*rrset.node, rrset.rrset->type,
                            fmt::format("has no signature with algorithm {}, which the zone's keys "
                                        "call for (RFC 4035 §2.2)",
                                        facts(algorithm).mnemonic));
}

void inspect_coverage(Context& context) {
    const auto for_keys = required_algorithms(context, rr::dnskey);
    const auto for_data = required_algorithms(context, rr::soa);
    for (const auto& rrset : context.signed_rrsets)
        require_algorithms(context, rrset, is_key_set(rrset.rrset->type) ? for_keys : for_data);
}

bool is_active_sep(const Key& key, Algorithm algorithm) {
    return key.published && key.is_sep() && !key.is_revoked() && key.key.algorithm == algorithm;
}

// A signature that is there and bad has been told of already.
bool has_signature_by_sep(const Context& context, const SignedRRset& rrset, Algorithm algorithm) {
    for (std::uint32_t i = 0; i < rrset.count; ++i)
        for (const auto key : candidates(context, context.signatures[rrset.first + i]))
            if (is_active_sep(context.keys[key], algorithm))
                return true;
    return false;
}

// The parent's DS stands for a key with the SEP flag (RFC 4034 §2.1.1): with each algorithm that
// has such a key, one of them must sign.
void inspect_dnskey_signers(Context& context) {
    const auto* dnskeys = signed_at_apex(context, rr::dnskey);
    if (dnskeys == nullptr)
        return;
    for (const auto algorithm : required_algorithms(context, rr::dnskey)) {
        const bool has_sep =
            std::any_of(context.keys.begin(), context.keys.end(),
                        [&](const Key& key) { return is_active_sep(key, algorithm); });
        if (has_sep && !has_signature_by_sep(context, *dnskeys, algorithm))
            context.problem(
                *context.apex, rr::dnskey,
                fmt::format("is not signed by a KSK (SEP flag) with algorithm {}: there "
                            "is no key for a DS to point to",
                            facts(algorithm).mnemonic));
    }
}

// RFC 5011 §2.1: resolvers believe a revocation only if the revoked key itself signs it.
void warn_of_idle_revocations(Context& context) {
    const auto* dnskeys = signed_at_apex(context, rr::dnskey);
    if (dnskeys == nullptr)
        return;
    const auto signers = signers_of(context, *dnskeys);
    for (const auto& key : context.keys)
        if (key.published && key.is_revoked() &&
            std::find(signers.begin(), signers.end(), &key) == signers.end())
            context.warning(
                *context.apex, rr::dnskey,
                key.text() + " is revoked, but does not sign the DNSKEY RRset (RFC 5011 §2.1)");
}

}  // namespace

std::vector<std::int32_t> candidates(const Context& context, const Signature& signature) {
    const auto type = context.signed_rrsets[signature.rrset].rrset->type;
    std::vector<std::int32_t> found;
    for (std::size_t i = 0; i < context.keys.size(); ++i)
        if (has_tag(context.keys[i], signature.fields) && may_sign(context.keys[i], type))
            found.push_back(static_cast<std::int32_t>(i));
    return found;
}

void inspect_signatures(Context& context) {
    for (const auto& node : context.zone.nodes())
        gather(context, node);
    for (auto& signature : context.signatures)
        inspect_fields(context, signature);
    check_signatures(context);
    inspect_coverage(context);
    inspect_dnskey_signers(context);
    warn_of_idle_revocations(context);
}

}  // namespace kaspar::signer::verification

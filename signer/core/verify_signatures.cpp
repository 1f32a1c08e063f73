// RRSIG records: which there must be, which there must not be, and what their fields must say
// (RFC 4034 §3, RFC 4035 §2.2 and §5.3.1).
#include "signer/core/verify_signatures.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace kaspar::signer::verification {

namespace {

std::string why_unsigned(const NodeView& view, std::uint16_t type) {
    if (type == rr::rrsig)
        return "there is an RRSIG over RRSIG records (RFC 4035 §2.2)";
    if (view.standing == Standing::delegation)
        return "there is an RRSIG, but at a delegation only DS and NSEC are signed (RFC 4035 §2.2)";
    return "there is an RRSIG, but this is glue or hidden below a delegation or DNAME, and must "
           "not be "
           "signed (RFC 4035 §2.2)";
}

// RFC 4034 §3.1.3: neither the root nor a leading asterisk counts.
unsigned signed_labels(BytesView owner) {
    return label_count(owner) - (is_wildcard(owner) ? 1 : 0);
}

std::string wrong_labels(unsigned said, unsigned right, BytesView owner) {
    return fmt::format("its labels field is {}, and must be {}{}", said, right,
                       is_wildcard(owner) ? " (a wildcard's asterisk does not count)" : "");
}

void note_first(std::optional<Time>& first, std::optional<Time> time) {
    if (time && (!first || *time < *first))
        first = time;
}

std::string does_not_verify(unsigned keys, std::uint16_t tag) {
    if (keys == 1)
        return fmt::format(
            "signature by key {}: does not verify: it is not that key's "
            "signature over this RRset",
            tag);
    return fmt::format(
        "signature by key {}: does not verify with any of the {} keys that "
        "have this tag",
        tag, keys);
}

}  // namespace

void SignatureTotals::count_signers(KeySet keys, std::uint64_t signed_rrsets) {
    for (auto& [known, count] : data_signers)
        if (known == keys) {
            count += signed_rrsets;
            return;
        }
    data_signers.emplace_back(keys, signed_rrsets);
}

void SignatureTotals::append(const SignatureTotals& later) {
    rrsets += later.rrsets;
    signatures += later.signatures;
    checked += later.checked;
    note_first(first_expiry, later.first_expiry);
    note_first(first_dnskey_expiry, later.first_dnskey_expiry);
    for (const auto& [keys, count] : later.data_signers)
        count_signers(keys, count);
    for (const auto type : {rr::dnskey, rr::cds, rr::cdnskey})
        if (later.key_sets.of(type))
            key_sets.of(type) = later.key_sets.of(type);
    key_sets.dnskey_candidates |= later.key_sets.dnskey_candidates;
}

// RRsets by type and RRSIGs by the type they cover: they are gone through side by side.
void SignatureInspector::inspect(const NodeView& view) {
    const auto is_before_rrsig = [](const RRset& rrset) { return rrset.type < rr::rrsig; };
    const auto is_rrsig = [](const RRset& rrset) { return rrset.type == rr::rrsig; };
    const auto end = view.rrsets.end();
    auto rrsigs = std::find_if_not(view.rrsets.begin(), end, is_before_rrsig);
    const auto rrsigs_end = std::find_if_not(rrsigs, end, is_rrsig);
    for (const auto& rrset : view.rrsets) {
        if (rrset.type == rr::rrsig) {
            totals_.signatures += rrset.record_count;
            continue;
        }
        for (; rrsigs != rrsigs_end && rrsigs->covered < rrset.type; ++rrsigs)
            inspect_stray(view, *rrsigs);
        const bool has_rrsig = rrsigs != rrsigs_end && rrsigs->covered == rrset.type;
        inspect_rrset(view, rrset, has_rrsig ? &*rrsigs++ : nullptr);
    }
    for (; rrsigs != rrsigs_end; ++rrsigs)
        inspect_stray(view, *rrsigs);
}

void SignatureInspector::inspect_stray(const NodeView& view, const RRset& rrsigs) {
    problem(view, rrsigs.covered,
            rrsigs.covered == rr::rrsig ? why_unsigned(view, rr::rrsig)
                                        : "there is an RRSIG, but no RRset that it covers");
}

void SignatureInspector::inspect_rrset(const NodeView& view, const RRset& rrset,
                                       const RRset* rrsigs) {
    if (!view.must_be_signed(rrset.type)) {
        if (rrsigs != nullptr)
            problem(view, rrset.type, why_unsigned(view, rrset.type));
        return;
    }
    ++totals_.rrsets;
    if (rrsigs == nullptr)
        return problem(view, rrset.type, "has no signature");
    Target target{view, rrset, *rrsigs, signed_labels(view.owner)};
    inspect_signatures(target);
}

void SignatureInspector::inspect_signatures(Target& target) {
    for (std::uint32_t i = 0; i < target.rrsigs.record_count; ++i)
        inspect_signature(target, target.view.zone.rdata(target.rrsigs, i));
    require_algorithms(target);
    note_signers(target);
}

void SignatureInspector::inspect_signature(Target& target, BytesView rdata) {
    const auto fields = read_rrsig(rdata);
    if (!fields)
        return problem(target.view, target.rrset.type, "RRSIG with malformed RDATA");
    target.algorithms.set(fields->algorithm);
    bool sound = has_right_fields(target, *fields);
    sound &= has_right_times(target, *fields);
    const auto keys = candidates(apex_, *fields, target.rrset.type);
    target.candidates |= keys;
    if (keys == 0)
        sound = unsound(target, *fields, why_no_candidate(apex_, *fields));
    check(target, {target.view, target.rrset, rdata, *fields, keys}, sound);
}

bool SignatureInspector::unsound(const Target& target, const Rrsig& fields,
                                 const std::string& words) {
    problem(target.view, target.rrset.type,
            fmt::format("signature by key {}: {}", fields.tag, words));
    return false;
}

bool SignatureInspector::has_right_fields(const Target& target, const Rrsig& fields) {
    const auto ttl = target.rrset.ttl;
    bool right = true;
    if (!same_name(fields.signer, apex_.name()))
        right =
            unsound(target, fields,
                    fmt::format("its signer name is {}, not the zone's", name_text(fields.signer)));
    if (fields.labels != target.labels)
        right =
            unsound(target, fields, wrong_labels(fields.labels, target.labels, target.view.owner));
    if (fields.original_ttl != ttl)
        right = unsound(
            target, fields,
            fmt::format("its original TTL is {}, the RRset's TTL is {}", fields.original_ttl, ttl));
    if (target.rrsigs.ttl != ttl)
        right = unsound(target, fields,
                        fmt::format("the RRSIG's TTL is {}, the RRset's TTL is {} (RFC 4034 §3)",
                                    target.rrsigs.ttl, ttl));
    return right;
}

bool SignatureInspector::has_right_times(const Target& target, const Rrsig& fields) {
    const auto now = apex_.request.now;
    const auto inception = from_wire_time(fields.inception, now);
    const auto expiration = from_wire_time(fields.expiration, now);
    note_first(totals_.first_expiry, expiration);
    if (target.rrset.type == rr::dnskey)
        note_first(totals_.first_dnskey_expiry, expiration);
    if (expiration <= inception)
        return unsound(target, fields,
                       fmt::format("it expires at {}, before its inception at {}",
                                   to_rfc3339(expiration), to_rfc3339(inception)));
    if (now >= expiration)
        return unsound(target, fields, fmt::format("expired since {}", to_rfc3339(expiration)));
    if (now < inception)
        return unsound(target, fields,
                       fmt::format("not yet valid: its inception is {}", to_rfc3339(inception)));
    return true;
}

void SignatureInspector::check(Target& target, const SignatureUnderCheck& signature, bool sound) {
    if (!checker_.wants(signature)) {
        if (sound)  // not checked in this run: its tag says whose it is
            target.signers |= KeySet{1} << std::countr_zero(signature.candidates);
        return;
    }
    ++totals_.checked;
    const auto key = checker_.signer(signature);
    if (!key)
        problem(target.view, target.rrset.type,
                does_not_verify(static_cast<unsigned>(std::popcount(signature.candidates)),
                                signature.fields.tag));
    else if (sound)
        target.signers |= KeySet{1} << *key;
}

// A signature that is there and bad has been told of already.
void SignatureInspector::require_algorithms(const Target& target) {
    const auto& required =
        is_key_set(target.rrset.type) ? apex_.required_for_keys : apex_.required_for_data;
    for (const auto algorithm : required)
        if (!target.algorithms.test(static_cast<std::uint8_t>(algorithm)))
            problem(target.view, target.rrset.type,
                    fmt::format("has no signature with algorithm {}, which the zone's keys "
                                "call for (RFC 4035 §2.2)",
                                facts(algorithm).mnemonic));
}

void SignatureInspector::note_signers(const Target& target) {
    const auto type = target.rrset.type;
    if (!is_key_set(type))
        return totals_.count_signers(target.signers, 1);
    if (!target.view.is_apex)
        return;
    totals_.key_sets.of(type) = target.signers;
    if (type == rr::dnskey)
        totals_.key_sets.dnskey_candidates = target.candidates;
}

}  // namespace kaspar::signer::verification

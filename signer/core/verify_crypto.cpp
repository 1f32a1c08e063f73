#include "signer/core/verify_crypto.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace kaspar::signer::verification {

namespace {

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

constexpr std::size_t rrsig_fixed = 18;  // RRSIG RDATA before the signer's name

}  // namespace

KeySet candidates(const Apex& apex, const Rrsig& fields, std::uint16_t type) {
    KeySet found = 0;
    for (std::size_t i = 0; i < apex.keys.size(); ++i)
        if (has_tag(apex.keys[i], fields) && may_sign(apex.keys[i], type))
            found |= KeySet{1} << i;
    return found;
}

std::string why_no_candidate(const Apex& apex, const Rrsig& fields) {
    for (const auto& key : apex.keys) {
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

// A key whose octets are no key gets none; that is told where the DNSKEY RRset is read.
SignatureChecker::SignatureChecker(const Apex& apex) : apex_(apex) {
    for (const auto& key : apex.keys) {
        auto made = apex.request.make_verifier(key.key);
        verifiers_.push_back(made.ok() ? std::move(made).value() : nullptr);
    }
}

void SignatureChecker::check_all() {
    last_.reset();
    share_ = all_ = 1;
    next_ = 0;
}

// Evenly over the stretch. The clock moves the sample, so that in time each signature has its turn.
void SignatureChecker::check_sample(std::uint64_t signatures, std::uint64_t share) {
    check_all();
    if (signatures <= share)
        return;
    share_ = share;
    all_ = signatures;
    next_ = static_cast<std::uint64_t>(apex_.request.now.time_since_epoch().count()) % all_;
}

void SignatureChecker::check_fresh(LastStretch last) {
    check_all();
    last_ = std::move(last);
}

bool SignatureChecker::wants(const SignatureUnderCheck& signature) {
    const bool in_sample = next_++ * share_ % all_ < share_ || signature.view.is_apex;
    return in_sample && signature.candidates != 0 && !(last_ && stands_in_last(signature));
}

// Nor is it checked again only if the keys that may have made it are those that the last zone
// published.
bool SignatureChecker::stands_in_last(const SignatureUnderCheck& signature) {
    for (auto rest = signature.candidates; rest != 0; rest &= rest - 1)
        if (!apex_.keys[static_cast<unsigned>(std::countr_zero(rest))].in_last)
            return false;
    return last_->had(signature.view, signature.rrset, signature.rdata);
}

// RFC 4034 §3.1.8.1. The owner stands as it is: in a zone, unlike in an answer, a wildcard is not
// yet expanded.
void SignatureChecker::write_signed_data(const SignatureUnderCheck& signature) {
    const auto& rrset = signature.rrset;
    records_.clear();
    for (std::uint32_t i = 0; i < rrset.record_count; ++i)
        records_.add(rrset.type, signature.fields.original_ttl,
                     signature.view.zone.rdata(rrset, i));
    records_.sort();
    data_.clear();
    append(signature.rdata.first(rrsig_fixed), data_);
    append_lower(signature.fields.signer, data_);
    records_.write(signature.view.owner, data_);
}

std::optional<unsigned> SignatureChecker::signer(const SignatureUnderCheck& signature) {
    write_signed_data(signature);
    for (auto rest = signature.candidates; rest != 0; rest &= rest - 1) {
        const auto key = static_cast<unsigned>(std::countr_zero(rest));
        if (verifiers_[key] && verifiers_[key]->verify(data_, signature.fields.signature))
            return key;
    }
    return std::nullopt;
}

}  // namespace kaspar::signer::verification

#include "signer/stretch_signer.h"

#include <algorithm>

#include "signer/core/node_cursor.h"

namespace kaspar::signer {

namespace {

void take_earlier(std::optional<Time>& first, Time time) {
    first = first ? std::min(*first, time) : time;
}

}  // namespace

void Tally::add(const Tally& other) {
    records += other.records;
    signatures_made += other.signatures_made;
    signatures_reused += other.signatures_reused;
    for (const auto& [keys, rrsets] : other.data_signers)
        data_signers[keys] += rrsets;
    dnskey_signers |= other.dnskey_signers;
    if (other.first_expiry)
        take_earlier(first_expiry, *other.first_expiry);
    if (other.first_dnskey_expiry)
        take_earlier(first_dnskey_expiry, *other.first_dnskey_expiry);
    largest_ttl = std::max(largest_ttl, other.largest_ttl);
}

Result<Tally> StretchSigner::sign(SignedStretch& stretch, std::size_t begin, std::size_t end,
                                  const Zone* last) {
    tally_ = {};
    unmade_count_ = 0;
    decisions_.resize(end - begin);
    NodeCursor cursor(last);
    for (auto i = begin; i < end; ++i) {
        const auto& rrset = stretch.rrsets[i];
        prepare(rrset, last, cursor.find(rrset.owner), decisions_[i - begin]);
    }
    KASPAR_CHECK(make_signatures());
    std::size_t made = 0;
    for (auto i = begin; i < end; ++i)
        place(stretch, i, decisions_[i - begin], made);
    return std::move(tally_);
}

void StretchSigner::append_text(const SignedStretch& stretch, std::size_t index, std::string& out) {
    const auto& rrset = stretch.rrsets[index];
    for (std::uint32_t i = 0; i < rrset.size(); ++i)
        text_.append(out, rrset.owner, rrset.ttl, rrset.type, rrset.rdata(i));
    stretch.for_each_signature(index, [&](BytesView rdata) {
        text_.append(out, rrset.owner, rrset.ttl, rr::rrsig, rdata);
    });
}

/// Decides on an RRset, and notes which signatures must be made for it.
void StretchSigner::prepare(const RRsetView& rrset, const Zone* last, const Node* last_node,
                            Decision& decision) {
    decide(rrset, rules_, last, last_node, decision);
    if (decision.to_make.empty())
        return;
    const auto expiration = expiration_for(rules_.times, rules_.now, rrset.owner, rrset.type);
    records_.clear();
    append_rrset_to_sign(rrset, records_);
    for (const auto key : decision.to_make) {
        Unmade& unmade = next_unmade();
        unmade.key = key;
        unmade.expiration = expiration;
        unmade.rdata.clear();
        append_rrsig_head(head(rrset, rules_.keys[key], expiration), unmade.rdata);
        unmade.message = unmade.rdata;
        unmade.message.insert(unmade.message.end(), records_.begin(), records_.end());
    }
}

/// Memory is used again from stretch to stretch.
StretchSigner::Unmade& StretchSigner::next_unmade() {
    if (unmade_count_ == unmade_.size())
        unmade_.emplace_back();
    return unmade_[unmade_count_++];
}

/// Has each key sign its messages, and completes their RDATA.
Outcome StretchSigner::make_signatures() {
    for (unsigned key = 0; key < keys_.size(); ++key) {
        messages_.clear();
        for (std::size_t i = 0; i < unmade_count_; ++i)
            if (unmade_[i].key == key)
                messages_.emplace_back(unmade_[i].message);
        if (messages_.empty())
            continue;
        KASPAR_TRY(const auto signatures, keys_[key]->sign_all(messages_));
        auto signature = signatures.begin();
        for (std::size_t i = 0; i < unmade_count_; ++i)
            if (unmade_[i].key == key) {
                unmade_[i].rdata.insert(unmade_[i].rdata.end(), signature->begin(),
                                        signature->end());
                ++signature;
            }
    }
    tally_.signatures_made += unmade_count_;
    return Done{};
}

/// Puts an RRset's signatures, those that stand and those that were made, beside it.
void StretchSigner::place(SignedStretch& stretch, std::size_t index, const Decision& decision,
                          std::size_t& made) {
    const auto& rrset = stretch.rrsets[index];
    auto& spot = stretch.spots[index];
    spot = {stretch.signatures.size(), 0};
    signers_ = 0;
    for (const auto& standing : decision.standing)
        take(standing.rdata, standing.key, standing.expiration, rrset.type, spot,
             stretch.signatures);
    for (std::size_t i = 0; i < decision.to_make.size(); ++i, ++made)
        take(unmade_[made].rdata, unmade_[made].key, unmade_[made].expiration, rrset.type, spot,
             stretch.signatures);
    tally_.signatures_reused += decision.standing.size();
    tally_.records += rrset.size() + spot.count;
    count(rrset);
}

RrsigHead StretchSigner::head(const RRsetView& rrset, const SignerKey& key, Time expiration) const {
    return {rrset.type,
            static_cast<std::uint8_t>(key.dnskey.key.algorithm),
            rrsig_labels(rrset.owner),
            rrset.ttl,
            to_wire_time(expiration),
            to_wire_time(rules_.now - rules_.times.inception_offset),
            key.tag,
            rules_.apex.wire()};
}

void StretchSigner::take(BytesView rdata, unsigned key, Time expiration, std::uint16_t type,
                         SignatureSpot& spot, Bytes& block) {
    append_signature(rdata, block);
    ++spot.count;
    signers_ |= std::uint64_t{1} << key;
    take_earlier(tally_.first_expiry, expiration);
    if (type == rr::dnskey)
        take_earlier(tally_.first_dnskey_expiry, expiration);
}

void StretchSigner::count(const RRsetView& rrset) {
    if (signature_role(rrset.type) != SignatureRole::keyset)
        tally_.largest_ttl = std::max(tally_.largest_ttl, rrset.ttl);
    if (!rrset.is_signed)
        return;
    if (signature_role(rrset.type) != SignatureRole::keyset)
        ++tally_.data_signers[signers_];
    if (rrset.type == rr::dnskey)
        tally_.dnskey_signers = signers_;
}

}  // namespace kaspar::signer

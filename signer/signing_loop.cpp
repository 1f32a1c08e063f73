#include "signer/signing_loop.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "common/system/terminal.h"
#include "signer/core/chunks.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t chunk_size = 256;  // RRsets: about 5 ms of P-256

void take_earlier(std::optional<Time>& first, Time time) {
    first = first ? std::min(*first, time) : time;
}

bool is_left_for_later(const SignedZone& zone, std::size_t index) {
    const auto& rrset = zone.rrsets[index];
    return (rrset.type == rr::soa || rrset.type == rr::zonemd) &&
           rrset.owner.data() == zone.rrsets[0].owner.data();
}

/// One thread's share: its keys, its buffers, its tally.
class Worker {
  public:
    Worker(const SigningRules& rules, std::vector<SigningKey*> keys, const Zone* last)
        : rules_(rules), keys_(std::move(keys)), last_(last) {}

    Outcome sign(SignedZone& zone, std::size_t index, std::size_t block) {
        const auto& rrset = zone.rrsets[index];
        decide(rrset, rules_, last_, node_of(rrset), decision_);
        auto& spot = zone.spots[index];
        spot = {static_cast<std::uint32_t>(block),
                static_cast<std::uint32_t>(zone.blocks[block].size()), 0};
        signers_ = 0;
        for (const auto& standing : decision_.standing)
            take(standing.rdata, standing.key, standing.expiration, rrset.type, spot,
                 zone.blocks[block]);
        tally_.signatures_reused += decision_.standing.size();
        if (!decision_.to_make.empty())
            KASPAR_CHECK(make(rrset, spot, zone.blocks[block]));
        count(rrset, is_at_apex(zone, rrset));
        return Done{};
    }

    const Tally& tally() const { return tally_; }

  private:
    const Node* node_of(const RRsetView& rrset) const {
        return last_ == nullptr ? nullptr : last_->find(rrset.owner);
    }

    static bool is_at_apex(const SignedZone& zone, const RRsetView& rrset) {
        return rrset.owner.data() == zone.rrsets[0].owner.data();
    }

    Outcome make(const RRsetView& rrset, SignatureSpot& spot, Bytes& block) {
        const auto expiration = expiration_for(rules_.times, rules_.now, rrset.owner, rrset.type);
        records_.clear();
        append_rrset_to_sign(rrset, records_);
        for (const auto key : decision_.to_make) {
            rdata_.clear();
            append_rrsig_head(head(rrset, rules_.keys[key], expiration), rdata_);
            message_ = rdata_;
            message_.insert(message_.end(), records_.begin(), records_.end());
            KASPAR_TRY(const auto signature, keys_[key]->sign(message_));
            rdata_.insert(rdata_.end(), signature.begin(), signature.end());
            take(rdata_, key, expiration, rrset.type, spot, block);
            ++tally_.signatures_made;
        }
        return Done{};
    }

    RrsigHead head(const RRsetView& rrset, const SignerKey& key, Time expiration) const {
        return {rrset.type,
                static_cast<std::uint8_t>(key.dnskey.key.algorithm),
                rrsig_labels(rrset.owner),
                rrset.ttl,
                to_wire_time(expiration),
                to_wire_time(rules_.now - rules_.times.inception_offset),
                key.tag,
                rules_.apex.wire()};
    }

    void take(BytesView rdata, unsigned key, Time expiration, std::uint16_t type,
              SignatureSpot& spot, Bytes& block) {
        append_signature(rdata, block);
        ++spot.count;
        signers_ |= std::uint64_t{1} << key;
        take_earlier(tally_.first_expiry, expiration);
        if (type == rr::dnskey)
            take_earlier(tally_.first_dnskey_expiry, expiration);
    }

    void count(const RRsetView& rrset, bool at_apex) {
        if (decision_.same_rrset) {
            ++tally_.same_rrsets;
            tally_.same_data_rrsets += is_made_by_signer(rrset.type, at_apex) ? 0 : 1;
        }
        if (!rrset.is_signed)
            return;
        if (signature_role(rrset.type) != SignatureRole::keyset)
            ++tally_.data_signers[signers_];
        if (rrset.type == rr::dnskey)
            tally_.dnskey_signers = signers_;
    }

    const SigningRules& rules_;
    std::vector<SigningKey*> keys_;
    const Zone* last_;
    Decision decision_;
    Bytes records_, rdata_, message_;
    std::uint64_t signers_ = 0;  ///< of the RRset at hand
    Tally tally_;
};

/// The threads' own keys; the first thread uses those of the caller.
struct Crew {
    std::vector<std::unique_ptr<SigningKey>> duplicates;
    std::vector<Worker> workers;
};

Result<Crew> make_crew(const SigningRules& rules, const std::vector<SigningKey*>& keys,
                       const Zone* last, unsigned threads) {
    Crew crew;
    crew.workers.emplace_back(rules, keys, last);
    for (unsigned thread = 1; thread < threads; ++thread) {
        std::vector<SigningKey*> own;
        for (const auto* key : keys) {
            own.push_back(nullptr);
            if (key == nullptr)
                continue;
            KASPAR_TRY(auto duplicate, key->duplicate());
            own.back() = crew.duplicates.emplace_back(std::move(duplicate)).get();
        }
        crew.workers.emplace_back(rules, std::move(own), last);
    }
    return crew;
}

/// The first fault of any thread; the others stop soon after.
class FirstFault {
  public:
    bool any() const { return any_; }

    void take(Fault fault) {
        const std::lock_guard lock(mutex_);
        if (!any_.exchange(true))
            fault_ = std::move(fault);
    }

    Fault fault() { return std::move(*fault_); }

  private:
    std::atomic<bool> any_ = false;
    std::mutex mutex_;
    std::optional<Fault> fault_;
};

}  // namespace

void Tally::add(const Tally& other) {
    signatures_made += other.signatures_made;
    signatures_reused += other.signatures_reused;
    same_rrsets += other.same_rrsets;
    same_data_rrsets += other.same_data_rrsets;
    for (const auto& [keys, rrsets] : other.data_signers)
        data_signers[keys] += rrsets;
    dnskey_signers |= other.dnskey_signers;
    if (other.first_expiry)
        take_earlier(first_expiry, *other.first_expiry);
    if (other.first_dnskey_expiry)
        take_earlier(first_dnskey_expiry, *other.first_dnskey_expiry);
}

Result<Tally> SigningLoop::sign_most(SignedZone& zone, unsigned threads) const {
    const auto chunks = chunk_count(zone.rrsets.size(), chunk_size);
    const auto crew_size = static_cast<unsigned>(
        std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(chunks, 1)));
    KASPAR_TRY(auto crew, make_crew(rules_, keys_, last_, crew_size));
    zone.blocks.resize(chunks);
    Progress progress("signing " + rules_.apex.text(), zone.rrsets.size());
    FirstFault first_fault;
    for_each_chunk(zone.rrsets.size(), chunk_size, crew_size, [&](const Chunk& chunk) {
        for (std::size_t i = chunk.begin; i < chunk.end && !first_fault.any(); ++i) {
            if (is_left_for_later(zone, i))
                continue;
            auto outcome = crew.workers[chunk.thread].sign(zone, i, chunk.index);
            if (!outcome.ok())
                first_fault.take(std::move(outcome).fault());
        }
        progress.advance(chunk.end - chunk.begin);
    });
    if (first_fault.any())
        return first_fault.fault();
    Tally tally;
    for (const auto& worker : crew.workers)
        tally.add(worker.tally());
    return tally;
}

Result<Tally> SigningLoop::sign_one(SignedZone& zone, std::size_t index) const {
    Worker worker(rules_, keys_, last_);
    zone.blocks.emplace_back();
    KASPAR_CHECK(worker.sign(zone, index, zone.blocks.size() - 1));
    return worker.tally();
}

Decision SigningLoop::look_at(const RRsetView& rrset) const {
    Decision decision;
    decide(rrset, rules_, last_, last_ == nullptr ? nullptr : last_->find(rrset.owner), decision);
    return decision;
}

}  // namespace kaspar::signer

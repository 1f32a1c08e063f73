#include "signer/signing_loop.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "common/system/terminal.h"
#include "signer/core/chunks.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t chunk_size = 256;  // RRsets: about 5 ms of P-256

/// Threads more, where keys sign elsewhere: while some wait for signatures, others prepare the
/// next.
constexpr unsigned threads_that_wait = 2;

void take_earlier(std::optional<Time>& first, Time time) {
    first = first ? std::min(*first, time) : time;
}

bool is_left_for_later(const SignedZone& zone, std::size_t index) {
    const auto& rrset = zone.rrsets[index];
    return (rrset.type == rr::soa || rrset.type == rr::zonemd) &&
           rrset.owner.data() == zone.rrsets[0].owner.data();
}

/// A signature that is to be made: its RRSIG RDATA up to the signature, and what is signed.
struct Unmade {
    unsigned key;
    Time expiration;
    Bytes rdata, message;
};

/// One thread's share: its keys, its buffers, its tally. It takes a chunk of RRsets at a time, so
/// that a key that signs elsewhere gets many messages at once.
class Worker {
  public:
    Worker(const SigningRules& rules, std::vector<SigningKey*> keys, const Zone* last)
        : rules_(rules), keys_(std::move(keys)), last_(last) {}

    /// Signs those RRsets of [begin, end) that `wanted` says; into one block. Fault: key, absent.
    template <typename Wanted>
    Outcome sign(SignedZone& zone, std::size_t begin, std::size_t end, std::size_t block,
                 Wanted wanted) {
        unmade_count_ = 0;
        decisions_.resize(end - begin);
        for (std::size_t i = begin; i < end; ++i)
            if (wanted(i))
                prepare(zone.rrsets[i], decisions_[i - begin]);
        KASPAR_CHECK(make_signatures());
        std::size_t made = 0;
        for (std::size_t i = begin; i < end; ++i)
            if (wanted(i))
                place(zone, i, block, decisions_[i - begin], made);
        return Done{};
    }

    const Tally& tally() const { return tally_; }

  private:
    const Node* node_of(const RRsetView& rrset) const {
        return last_ == nullptr ? nullptr : last_->find(rrset.owner);
    }

    /// Decides on an RRset, and notes which signatures must be made for it.
    void prepare(const RRsetView& rrset, Decision& decision) {
        decide(rrset, rules_, last_, node_of(rrset), decision);
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

    /// Memory is used again from chunk to chunk.
    Unmade& next_unmade() {
        if (unmade_count_ == unmade_.size())
            unmade_.emplace_back();
        return unmade_[unmade_count_++];
    }

    /// Has each key sign its messages, and completes their RDATA.
    Outcome make_signatures() {
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

    /// Puts an RRset's signatures, those that stand and those that were made, into the block.
    void place(SignedZone& zone, std::size_t index, std::size_t block, const Decision& decision,
               std::size_t& made) {
        const auto& rrset = zone.rrsets[index];
        auto& spot = zone.spots[index];
        spot = {static_cast<std::uint32_t>(block),
                static_cast<std::uint32_t>(zone.blocks[block].size()), 0};
        signers_ = 0;
        for (const auto& standing : decision.standing)
            take(standing.rdata, standing.key, standing.expiration, rrset.type, spot,
                 zone.blocks[block]);
        for (std::size_t i = 0; i < decision.to_make.size(); ++i, ++made)
            take(unmade_[made].rdata, unmade_[made].key, unmade_[made].expiration, rrset.type, spot,
                 zone.blocks[block]);
        tally_.signatures_reused += decision.standing.size();
        count(rrset, decision, rrset.owner.data() == zone.rrsets[0].owner.data());
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

    void count(const RRsetView& rrset, const Decision& decision, bool at_apex) {
        if (decision.same_rrset) {
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
    std::vector<Decision> decisions_;  ///< of the chunk's RRsets
    std::vector<Unmade> unmade_;       ///< the first unmade_count_ are the chunk's
    std::size_t unmade_count_ = 0;
    std::vector<BytesView> messages_;
    Bytes records_;
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
    const bool waits = std::any_of(keys_.begin(), keys_.end(), [](const SigningKey* key) {
        return key != nullptr && key->signs_elsewhere();
    });
    const auto crew_size = static_cast<unsigned>(std::clamp<std::size_t>(
        threads + (waits ? threads_that_wait : 0), 1, std::max<std::size_t>(chunks, 1)));
    KASPAR_TRY(auto crew, make_crew(rules_, keys_, last_, crew_size));
    zone.blocks.resize(chunks);
    Progress progress("signing " + rules_.apex.text(), zone.rrsets.size());
    FirstFault first_fault;
    for_each_chunk(zone.rrsets.size(), chunk_size, crew_size, [&](const Chunk& chunk) {
        if (first_fault.any())
            return;
        auto outcome =
            crew.workers[chunk.thread].sign(zone, chunk.begin, chunk.end, chunk.index,
                                            [&](auto i) { return !is_left_for_later(zone, i); });
        if (!outcome.ok())
            first_fault.take(std::move(outcome).fault());
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
    KASPAR_CHECK(worker.sign(zone, index, index + 1, zone.blocks.size() - 1,
                             [](std::size_t) { return true; }));
    return worker.tally();
}

Decision SigningLoop::look_at(const RRsetView& rrset) const {
    Decision decision;
    decide(rrset, rules_, last_, last_ == nullptr ? nullptr : last_->find(rrset.owner), decision);
    return decision;
}

}  // namespace kaspar::signer

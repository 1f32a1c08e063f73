#include "signer/signing_loop.h"

#include <algorithm>

#include "common/system/terminal.h"
#include "common/values/digest.h"
#include "signer/core/node_cursor.h"
#include "signer/core/ordered_work.h"
#include "signer/core/zonemd.h"
#include "signer/zonefile/writer.h"

namespace kaspar::signer {

namespace {

/// Threads more, where keys sign elsewhere: while some wait for signatures, others prepare the
/// next.
constexpr unsigned threads_that_wait = 2;

constexpr std::size_t sha384_size = 48;

void take_earlier(std::optional<Time>& first, Time time) {
    first = first ? std::min(*first, time) : time;
}

/// A signature that is to be made: its RRSIG RDATA up to the signature, and what is signed.
struct Unmade {
    unsigned key;
    Time expiration;
    Bytes rdata, message;
};

/// One thread's share: its keys and its buffers. It takes a stretch at a time, so that a key that
/// signs elsewhere gets many messages at once.
class Worker {
  public:
    Worker(const SigningRules& rules, std::vector<SigningKey*> keys)
        : rules_(rules), keys_(std::move(keys)) {}

    /// Signs the RRsets from `begin` on and before `end`. `last`: the last output's nodes from this
    /// stretch, or nullptr. Fault: key, absent.
    Result<Tally> sign(SignedStretch& stretch, std::size_t begin, std::size_t end,
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

    /// Puts the stretch's text into `out`; the RRsets that `wanted` says.
    template <typename Wanted>
    void append_text(const SignedStretch& stretch, std::string& out, Wanted wanted) {
        for (std::size_t i = 0; i < stretch.rrsets.size(); ++i)
            if (wanted(i))
                append_rrset_text(stretch, i, out);
    }

  private:
    void append_rrset_text(const SignedStretch& stretch, std::size_t index, std::string& out) {
        const auto& rrset = stretch.rrsets[index];
        for (std::uint32_t i = 0; i < rrset.size(); ++i)
            text_.append(out, rrset.owner, rrset.ttl, rrset.type, rrset.rdata(i));
        stretch.for_each_signature(index, [&](BytesView rdata) {
            text_.append(out, rrset.owner, rrset.ttl, rr::rrsig, rdata);
        });
    }

    /// Decides on an RRset, and notes which signatures must be made for it.
    void prepare(const RRsetView& rrset, const Zone* last, const Node* last_node,
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

    /// Puts an RRset's signatures, those that stand and those that were made, beside it.
    void place(SignedStretch& stretch, std::size_t index, const Decision& decision,
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

    void count(const RRsetView& rrset) {
        if (signature_role(rrset.type) != SignatureRole::keyset)
            tally_.largest_ttl = std::max(tally_.largest_ttl, rrset.ttl);
        if (!rrset.is_signed)
            return;
        if (signature_role(rrset.type) != SignatureRole::keyset)
            ++tally_.data_signers[signers_];
        if (rrset.type == rr::dnskey)
            tally_.dnskey_signers = signers_;
    }

    const SigningRules& rules_;
    std::vector<SigningKey*> keys_;
    RecordText text_;
    std::vector<Decision> decisions_;  ///< of the stretch's RRsets
    std::vector<Unmade> unmade_;       ///< the first unmade_count_ are the stretch's
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
                       unsigned threads) {
    Crew crew;
    crew.workers.emplace_back(rules, keys);
    for (unsigned thread = 1; thread < threads; ++thread) {
        std::vector<SigningKey*> own;
        for (const auto* key : keys) {
            own.push_back(nullptr);
            if (key == nullptr)
                continue;
            KASPAR_TRY(auto duplicate, key->duplicate());
            own.back() = crew.duplicates.emplace_back(std::move(duplicate)).get();
        }
        crew.workers.emplace_back(rules, std::move(own));
    }
    return crew;
}

/// The DNSKEY RRset as it stands in the zone.
std::vector<Dnskey> dnskeys_in(const SignedStretch& first) {
    std::vector<Dnskey> keys;
    for (std::size_t i = 0; i < first.rrsets.size() && first.is_at_apex(i); ++i)
        for (std::uint32_t n = 0; first.rrsets[i].type == rr::dnskey && n < first.rrsets[i].size();
             ++n)
            if (auto key = Dnskey::from_rdata(first.rrsets[i].rdata(n)); key.ok())
                keys.push_back(std::move(key).value());
    return keys;
}

/// What one thread made of a stretch.
struct Made {
    Tally tally;
    std::string text;
    Bytes zonemd_octets;
};

/// One zone on its way to its file.
class Writing {
  public:
    Writing(Assembly& assembly, std::uint32_t serial, const ZoneByOwner* last, FileWriter& file,
            Crew crew)
        : assembly_(assembly),
          serial_(serial),
          last_(last),
          file_(file),
          crew_(std::move(crew)),
          progress_("signing " + assembly.zone_name(), assembly.stretch_count()) {}

    Result<WrittenStretches> run() {
        in_order(
            assembly_.stretch_count(), static_cast<unsigned>(crew_.workers.size()),
            [&](std::size_t index, unsigned thread) { return make(index, thread); },
            [&](std::size_t, Result<Made> made) { return take(std::move(made)); });
        if (fault_)
            return *std::move(fault_);
        if (assembly_.has_zonemd())
            KASPAR_CHECK(complete_zonemd());
        return std::move(written_);
    }

  private:
    Result<Made> make(std::size_t index, unsigned thread) {
        std::shared_ptr<const Zone> last;
        if (last_ != nullptr) {
            KASPAR_TRY(last, last_->between(assembly_.first_owner(index),
                                            assembly_.first_owner(index + 1)));
        }
        auto stretch = assembly_.stretch(index);
        auto& worker = crew_.workers[thread];
        Made made;
        KASPAR_TRY(made.tally, worker.sign(stretch, 0, stretch.rrsets.size(), last.get()));
        if (assembly_.has_zonemd())
            append_zonemd_octets(stretch, made.zonemd_octets);
        if (stretch.has_apex)
            write_first(std::move(stretch), worker, made.text);
        else
            worker.append_text(stretch, made.text, [](std::size_t) { return true; });
        return made;
    }

    /// The stretch with the apex: the SOA comes first, and the ZONEMD record will change.
    void write_first(SignedStretch stretch, Worker& worker, std::string& text) {
        written_.dnskeys = dnskeys_in(stretch);
        const auto soa = stretch.apex_index(rr::soa);
        worker.append_text(stretch, text, [&](std::size_t i) { return i == soa; });
        if (assembly_.has_zonemd()) {
            zonemd_at_ = text.size();
            append_zonemd_text(stretch, worker, text);
            zonemd_size_ = text.size() - zonemd_at_;
        }
        worker.append_text(stretch, text, [&](std::size_t i) {
            return i != soa && !(assembly_.has_zonemd() && is_zonemd(stretch, i));
        });
        first_ = std::move(stretch);
    }

    static bool is_zonemd(const SignedStretch& stretch, std::size_t i) {
        return stretch.rrsets[i].type == rr::zonemd && stretch.is_at_apex(i);
    }

    static void append_zonemd_text(const SignedStretch& stretch, Worker& worker,
                                   std::string& text) {
        worker.append_text(stretch, text, [&](std::size_t i) { return is_zonemd(stretch, i); });
    }

    bool take(Result<Made> made) {
        if (made.ok()) {
            written_.starts.push_back(size_);
            written_.tally.add(made->tally);
            zonemd_.add(made->zonemd_octets);
            size_ += made->text.size();
            if (auto written = file_.write(made->text); !written.ok())
                fault_ = std::move(written).fault();
        } else {
            fault_ = std::move(made).fault();
        }
        progress_.advance();
        return !fault_;
    }

    /// The digest is over everything else, signatures included, so it is known last. Its record was
    /// written with a digest of zeros; this one and its signatures are of the same length.
    Outcome complete_zonemd() {
        assembly_.set_zonemd(zonemd_rdata(serial_, zonemd_.finish()));
        auto& worker = crew_.workers.front();
        const auto index = first_.apex_index(rr::zonemd);
        KASPAR_CHECK(worker.sign(first_, index, index + 1, nullptr));
        std::string text;
        append_zonemd_text(first_, worker, text);
        require(text.size() == zonemd_size_, "signatures by the same keys have the same length");
        return file_.overwrite(zonemd_at_, text);
    }

    Assembly& assembly_;
    const std::uint32_t serial_;
    const ZoneByOwner* last_;
    FileWriter& file_;
    Crew crew_;
    Progress progress_;
    WrittenStretches written_;
    SignedStretch first_;
    Digest zonemd_ = Digest::sha384();
    std::uint64_t size_ = 0;
    std::size_t zonemd_at_ = 0, zonemd_size_ = 0;
    std::optional<Fault> fault_;
};

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

Result<WrittenStretches> SigningLoop::write(Assembly& assembly, std::uint32_t serial,
                                            FileWriter& file, unsigned threads) const {
    const bool waits = std::any_of(keys_.begin(), keys_.end(), [](const SigningKey* key) {
        return key != nullptr && key->signs_elsewhere();
    });
    const auto crew_size = static_cast<unsigned>(std::clamp<std::size_t>(
        threads + (waits ? threads_that_wait : 0), 1, assembly.stretch_count()));
    KASPAR_TRY(auto crew, make_crew(rules_, keys_, crew_size));
    assembly.set_serial(serial);
    if (assembly.has_zonemd())
        assembly.set_zonemd(zonemd_rdata(serial, Bytes(sha384_size)));
    return Writing(assembly, serial, last_, file, std::move(crew)).run();
}

}  // namespace kaspar::signer

#include "signer/signing_loop.h"

#include <algorithm>

#include "common/system/terminal.h"
#include "common/values/digest.h"
#include "signer/core/ordered_work.h"
#include "signer/core/zonemd.h"

namespace kaspar::signer {

namespace {

/// Threads more, where keys sign elsewhere: while some wait for signatures, others prepare the
/// next.
constexpr unsigned threads_that_wait = 2;

/// The threads' own keys; the first thread uses those of the caller.
struct Crew {
    std::vector<std::unique_ptr<SigningKey>> duplicates;
    std::vector<StretchSigner> signers;
};

Result<Crew> make_crew(const SigningRules& rules, const std::vector<SigningKey*>& keys,
                       unsigned threads) {
    Crew crew;
    crew.signers.emplace_back(rules, keys);
    for (unsigned thread = 1; thread < threads; ++thread) {
        std::vector<SigningKey*> own;
        for (const auto* key : keys) {
            own.push_back(nullptr);
            if (key == nullptr)
                continue;
            KASPAR_TRY(auto duplicate, key->duplicate());
            own.back() = crew.duplicates.emplace_back(std::move(duplicate)).get();
        }
        crew.signers.emplace_back(rules, std::move(own));
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
            assembly_.stretch_count(), static_cast<unsigned>(crew_.signers.size()),
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
        auto& signer = crew_.signers[thread];
        Made made;
        KASPAR_TRY(made.tally, signer.sign(stretch, 0, stretch.rrsets.size(), last.get()));
        if (assembly_.has_zonemd())
            append_zonemd_octets(stretch, made.zonemd_octets);
        if (stretch.has_apex)
            write_first(std::move(stretch), signer, made.text);
        else
            for (std::size_t i = 0; i < stretch.rrsets.size(); ++i)
                signer.append_text(stretch, i, made.text);
        return made;
    }

    /// The stretch with the apex: the SOA comes first, and the ZONEMD record will change.
    void write_first(SignedStretch stretch, StretchSigner& signer, std::string& text) {
        written_.dnskeys = dnskeys_in(stretch);
        const auto soa = stretch.apex_index(rr::soa);
        signer.append_text(stretch, soa, text);
        for (std::size_t i = 0; i < stretch.rrsets.size(); ++i) {
            if (i == soa)
                continue;
            const auto at = text.size();
            signer.append_text(stretch, i, text);
            if (stretch.rrsets[i].type == rr::zonemd && stretch.is_at_apex(i)) {
                zonemd_at_ = at;
                zonemd_size_ = text.size() - at;
            }
        }
        first_ = std::move(stretch);
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
        auto& signer = crew_.signers.front();
        const auto index = first_.apex_index(rr::zonemd);
        KASPAR_CHECK(signer.sign(first_, index, index + 1, nullptr));
        std::string text;
        signer.append_text(first_, index, text);
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
        assembly.set_zonemd(unfinished_zonemd_rdata(serial));
    return Writing(assembly, serial, last_, file, std::move(crew)).run();
}

}  // namespace kaspar::signer

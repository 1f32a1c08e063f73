// What one thread inspects at a time: a part of the zone, or a stretch of a zone that is one part.
// For the verifier only.
#pragma once

#include <memory>
#include <vector>

#include "signer/core/verify_nsec3.h"
#include "signer/core/verify_signatures.h"
#include "signer/core/verify_zonemd.h"

namespace kaspar::signer::verification {

struct Stretch {
    std::shared_ptr<const Zone> part;
    std::uint32_t index;       ///< of the part
    std::uint32_t first, end;  ///< nodes of it
};

/// The zone as a row of stretches.
class Stretches {
  public:
    explicit Stretches(const Apex& apex);

    std::size_t count() const;
    Result<Stretch> at(std::size_t index) const;

  private:
    const Apex& apex_;
    std::vector<std::uint32_t> starts_;  ///< in a zone of one part
};

/// What was found in a stretch, and what must be known of it to tell whether it goes with those
/// before and after it.
struct StretchResult {
    Findings findings;        ///< name by name
    Findings chain_findings;  ///< in the links of the denial chain
    std::uint64_t names = 0, records = 0, nsec_records = 0, nsec3_records = 0;
    SignatureTotals signatures;
    ChainEnds chain;
    Nsec3Stretch nsec3;
    Bytes digested;  ///< for ZONEMD, if there is any

    Bytes first_owner, last_owner;  ///< empty: there are none
    Bytes first_name;               ///< the first owner that is a name of the zone, if there is any
    /// Of the first RRset of either.
    std::uint16_t first_owner_type = 0, first_name_type = 0;
    Bytes open_cut;  ///< the delegation or DNAME that the last name is or is below
};

/// One thread's.
class StretchInspector {
  public:
    StretchInspector(const Apex& apex, bool digests) : apex_(apex), digests_(digests) {
        if (apex.is_secure())
            checker_.emplace(apex);
    }

    /// `stretches`: how many there are. Fault: the last zone cannot be read.
    Result<StretchResult> inspect(const Stretch& stretch, std::size_t stretches);

  private:
    Outcome choose_signatures(const Stretch& stretch, std::size_t stretches);
    void walk(const Stretch& stretch, StretchResult& result);

    const Apex& apex_;
    bool digests_;
    std::optional<SignatureChecker> checker_;
    DigestedOctets digested_;
};

}  // namespace kaspar::signer::verification

// The signing loop: goes over a zone's RRsets with several threads, keeps the signatures of the
// last output that stand (core/reuse.h) and makes the rest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "common/keys/signing_key.h"
#include "signer/core/reuse.h"
#include "signer/core/signed_zone.h"

namespace kaspar::signer {

/// What came of it, for the report and for the question whether anything changed.
struct Tally {
    std::uint64_t signatures_made = 0, signatures_reused = 0;
    std::uint64_t same_rrsets = 0;       ///< as in the last output, octet by octet
    std::uint64_t same_data_rrsets = 0;  ///< of these, those that come from the input

    /// Keys as bits (1 << index in the rules' keys) → RRsets of zone data signed by just these.
    std::map<std::uint64_t, std::uint64_t> data_signers;
    std::uint64_t dnskey_signers = 0;  ///< keys as bits
    std::optional<Time> first_expiry, first_dnskey_expiry;

    void add(const Tally& other);
};

/// Signs the RRsets of one zone.
class SigningLoop {
  public:
    /// `keys`: one for each of the rules' keys that has a signing role, else nullptr. `last`: the
    /// last output whose signatures may be used again, or nullptr. All are borrowed.
    SigningLoop(const SigningRules& rules, std::vector<SigningKey*> keys, const Zone* last)
        : rules_(rules), keys_(std::move(keys)), last_(last) {}

    /// All RRsets but the SOA and ZONEMD ones at the apex, whose content is not known yet. Shows
    /// its progress. Fault: key.
    Result<Tally> sign_most(SignedZone& zone, unsigned threads) const;

    /// One RRset, in the caller's thread. Fault: key.
    Result<Tally> sign_one(SignedZone& zone, std::size_t index) const;

    /// What would be done with one RRset.
    Decision look_at(const RRsetView& rrset) const;

  private:
    const SigningRules& rules_;
    std::vector<SigningKey*> keys_;
    const Zone* last_;
};

}  // namespace kaspar::signer

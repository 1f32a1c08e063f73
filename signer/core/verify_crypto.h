// The cryptographic part: which keys may have made a signature, which signatures to check, and the
// octets that each covers. For the verifier only.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "signer/core/verify_apex.h"
#include "signer/core/verify_canonical.h"
#include "signer/core/verify_last.h"
#include "signer/core/verify_node.h"

namespace kaspar::signer::verification {

/// The keys that may have made the signature: every one with its tag and algorithm, since a tag is
/// no identity.
KeySet candidates(const Apex& apex, const Rrsig& fields, std::uint16_t type);

/// Why there are none.
std::string why_no_candidate(const Apex& apex, const Rrsig& fields);

struct SignatureUnderCheck {
    const NodeView& view;
    const RRset& rrset;
    BytesView rdata;
    const Rrsig& fields;
    KeySet candidates;
};

/// One thread's. Which signatures of a stretch of the zone to check is set at its start.
class SignatureChecker {
  public:
    explicit SignatureChecker(const Apex& apex);

    void check_all();

    /// For VerifyExtent::sample: `share` of the stretch's signatures, and all at the apex.
    void check_sample(std::uint64_t signatures, std::uint64_t share);

    /// For VerifyExtent::fresh: those that did not stand in the last zone.
    void check_fresh(LastStretch last);

    /// Asked for each signature once.
    bool wants(const SignatureUnderCheck& signature);

    /// The key that made it; nullopt: none of the candidates.
    std::optional<unsigned> signer(const SignatureUnderCheck& signature);

  private:
    bool stands_in_last(const SignatureUnderCheck& signature);
    void write_signed_data(const SignatureUnderCheck& signature);

    const Apex& apex_;
    std::vector<std::unique_ptr<SignatureVerifier>> verifiers_;  ///< nullptr: it is no key
    std::optional<LastStretch> last_;
    std::uint64_t share_ = 1, all_ = 1;  ///< so many of so many are checked
    std::uint64_t next_ = 0;             ///< numbers the signatures
    CanonicalRecords records_;
    Bytes data_;
};

}  // namespace kaspar::signer::verification

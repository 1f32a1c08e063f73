// Which signatures of the last output stand, and which must be made. One decision per RRset; pure.
//
//   RRset changed (canonical RDATA or TTL)              → all made anew
//   signature by a key without the role any more        → dropped, except during a gradual ZSK
//   change:
//     the old key is still published and its successor's is the only key of that algorithm that
//     signs the zone → the old signature stands until it comes due, and the successor takes over
//   less than `refresh` left, or longer than the policy allows, or from the future → made anew
//   a key with the role that has no standing signature (and no stand-in as above)  → made now
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/formats/signing.h"
#include "common/values/dnskey.h"
#include "common/values/time.h"
#include "signer/core/content.h"
#include "signer/core/rrsig.h"

namespace kaspar::signer {

/// A key as the instruction has it. Its index in the list names it below.
struct SignerKey {
    Dnskey dnskey;
    std::uint16_t tag;
    bool publish, sign_dnskey, sign_zone;
    bool recognised;  ///< a signature in the last output by this algorithm and tag is by this very
                      ///< key

    bool signs(SignatureRole role) const {
        return role == SignatureRole::keyset ? sign_dnskey : sign_zone;
    }
};

/// The instructed keys, each with whether its signatures in the last output can be told from those
/// of every other key: the last output published it, or data was signed with it
/// (`known_fingerprints`), and no other key among the instructed, the foreign and the last
/// published ones has its algorithm and tag.
std::vector<SignerKey> signer_keys(std::vector<SignerKey> instructed,
                                   std::span<const Dnskey> foreign,
                                   std::span<const Dnskey> last_published,
                                   std::span<const std::string> known_fingerprints);

struct SigningRules {
    SignatureTimes times;
    Time now;
    Name apex;
    std::vector<SignerKey> keys;  ///< at most 64
};

/// A signature of the last output that stands.
struct StandingSignature {
    BytesView rdata;
    unsigned key;
    Time expiration;
};

struct Decision {
    std::vector<StandingSignature> standing;
    std::vector<unsigned> to_make;  ///< keys that sign now
    unsigned dropped = 0;           ///< signatures of the last output that do not stand
    bool same_rrset = false;  ///< records and TTL are those of the last output, octet by octet

    bool nothing_to_do() const { return to_make.empty() && dropped == 0 && same_rrset; }
};

/// Decides for one RRset. `last` is the last output, or nullptr; `last_node` the RRset's owner in
/// it, or nullptr. The decision's views point into `last`. `decision` is overwritten (its memory is
/// used again).
void decide(const RRsetView& rrset, const SigningRules& rules, const Zone* last,
            const Node* last_node, Decision& decision);

/// When a signature that expires then must be renewed: the first second with less than `refresh`
/// left.
inline Time due_time(Time expiration, const SignatureTimes& times) {
    return expiration - times.refresh + Duration(1);
}

}  // namespace kaspar::signer

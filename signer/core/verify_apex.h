// What holds for the whole zone: read from its apex before all else, and then shared, read-only, by
// the threads that inspect the parts. For the verifier only.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "signer/core/verifier.h"
#include "signer/core/verify_findings.h"
#include "signer/core/verify_wire.h"

namespace kaspar::signer::verification {

/// A key that may have signed.
struct Key {
    std::uint16_t flags, tag;
    PublicKey key;
    bool published;        ///< in the DNSKEY RRset; else instructed to sign ahead of it
    bool in_last = false;  ///< the last zone published it too (VerifyExtent::fresh)

    bool signs_zones() const { return (flags & flag_zone) != 0; }
    bool is_revoked() const { return (flags & flag_revoke) != 0; }
    bool is_sep() const { return (flags & flag_sep) != 0; }
    std::string text() const;  ///< "key 12345 (ecdsap256sha256)"
};

/// Some of the keys: the bit i stands for Apex::keys[i].
using KeySet = std::uint64_t;
constexpr std::size_t most_keys = 64;

enum class Denial : std::uint8_t { none, nsec, nsec3 };

struct Nsec3Hashing {
    std::uint16_t iterations;
    Bytes salt;
};

struct Apex {
    const VerificationRequest& request;
    std::shared_ptr<const Zone> part;  ///< the first, in which the apex is
    const Node* node;                  ///< nullptr: it is not there
    std::uint32_t negative_ttl = 0;    ///< seconds; min(SOA TTL, SOA minimum) (RFC 9077)
    std::vector<Key> keys = {};
    std::vector<Algorithm> algorithms = {};  ///< of the DNSKEY RRset, ascending
    /// With which the key sets (DNSKEY, CDS, CDNSKEY), and everything else, must be signed.
    std::vector<Algorithm> required_for_keys = {}, required_for_data = {};
    Denial denial = Denial::none;
    std::optional<Nsec3Hashing> hashing = {};

    Apex(const VerificationRequest& asked, std::shared_ptr<const Zone> first);

    BytesView name() const { return request.zone.apex().wire(); }
    const RRset* find(std::uint16_t type) const { return part->find(*node, type); }
    bool is_secure() const { return find(rr::dnskey) != nullptr; }
};

/// False: there is no zone here to go on with.
bool inspect_soa(Apex& apex, Findings& findings);

/// The DNSKEY RRset and the keys that sign ahead: fills Apex::keys and what follows from them.
void inspect_keys(Apex& apex, Findings& findings);

/// For VerifyExtent::fresh: fills Key::in_last. Fault: the last zone cannot be read.
Outcome find_keys_in_last(Apex& apex);

/// NSEC or NSEC3, and how names are hashed. The apex tells; if it does not, the whole zone is read
/// for it. Fault: a part cannot be read.
Outcome decide_denial(Apex& apex, Findings& findings);

/// DNSKEY, CDS and CDNSKEY, which say together which keys the zone has.
bool is_key_set(std::uint16_t type);

using Rdatas = std::set<Bytes>;
Rdatas rdatas_at_apex(const Apex& apex, std::uint16_t type);

/// Keys that signed one of the key sets; absent: it is not there, or has no signature.
using Signers = std::optional<KeySet>;
struct KeySetSigners {
    Signers dnskey, cds, cdnskey;
    KeySet dnskey_candidates = 0;  ///< going by tags, whether their signatures are good or not

    const Signers& of(std::uint16_t type) const;
    Signers& of(std::uint16_t type);
};

/// What the zone's own name says once its signatures are checked.
struct SignedApex {
    const Apex& apex;
    const KeySetSigners& signers;
    Findings& findings;

    void problem(std::uint16_t type, std::string words) {
        findings.problem(apex.name(), type, std::move(words));
    }
    void warning(std::uint16_t type, std::string words) {
        findings.warning(apex.name(), type, std::move(words));
    }
};

/// Who signs the DNSKEY RRset.
void inspect_dnskey_signers(SignedApex at);

/// CDS and CDNSKEY (RFC 7344, RFC 8078).
void inspect_delegation_signals(SignedApex at);

/// What the instruction wanted.
void inspect_expectations(SignedApex at);

/// RDATA of the delete requests (RFC 8078 §4).
Bytes delete_cds();
Bytes delete_cdnskey();

}  // namespace kaspar::signer::verification

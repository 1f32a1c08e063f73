// The verifier: design promise 1, the gate before publication and the command `kaspar-signer
// verify`. It says everything that is wrong with a signed zone, by owner and type. It is pure, and
// it shares no code with the signing side: what is authoritative, what must be signed, the data
// that a signature covers and the denial chain are worked out here a second time, from the RFCs.
//
// It takes the zone as it is. Whether the zone says what the operator's input says is not its
// question.
//
// Large zones come in parts, which are inspected by several threads at once and forgotten; the
// results are put together in the order of the zone. So there are three steps, and a file for each:
// what holds for the whole zone is read from the apex (verify_apex.h), what is wrong within a
// stretch is found there (verify_stretch.h), and what takes the whole zone to see (the links from
// stretch to stretch, the hashes of NSEC3, the digest) is settled as the results come in
// (verifier.cpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/formats/report.h"
#include "common/formats/signing.h"
#include "common/keys/signing_key.h"
#include "common/values/dnskey.h"
#include "common/values/time.h"
#include "signer/core/zone.h"
#include "signer/core/zone_parts.h"

namespace kaspar::signer {

/// Makes a verifier of signatures; handed in, since the core links no cryptography.
using VerifierFactory = std::function<Result<std::unique_ptr<SignatureVerifier>>(const PublicKey&)>;

/// What an instruction says must be found in the zone. Sets: order and repetition do not matter.
struct Expectations {
    std::vector<Dnskey> dnskeys;         ///< exactly the DNSKEY RRset; empty: an unsigned zone
    std::vector<Dnskey> dnskey_signers;  ///< each signs DNSKEY, CDS and CDNSKEY
    std::vector<Ds> cds;                 ///< exactly the CDS RRset
    std::vector<Dnskey> cdnskey;         ///< exactly the CDNSKEY RRset
    bool cds_delete = false;             ///< instead: the delete request (RFC 8078 §4)
};

struct VerificationRequest {
    const ZoneParts& zone;
    Time now;
    VerifierFactory make_verifier;
    VerifyExtent extent = VerifyExtent::all;
    unsigned threads = 1;  ///< how many makes no difference to the result

    /// Keys that sign zone data while their DNSKEY is not, or no longer, published (conservative
    /// algorithm roll). Their signatures count, and each of their algorithms is required.
    std::vector<Dnskey> ahead = {};
    /// Keys whose CDS and CDNSKEY may stand in the zone before their DNSKEY (double-DS rolls).
    std::vector<Dnskey> announced = {};

    /// For VerifyExtent::fresh: the last zone, verified when it was published. A signature that
    /// stands in it bit for bit, over the same RRset and for the same DNSKEYs, is not checked
    /// again.
    const ZoneByOwner* last = nullptr;

    std::optional<Expectations> expected = {};

    /// Algorithms with which every authoritative RRset must be signed. Absent: each one in the
    /// DNSKEY RRset (RFC 4035 §2.2). Empty: any one (a liberal algorithm roll, RFC 6840 §5.11).
    std::optional<std::vector<Algorithm>> required_algorithms = {};

    /// An unsigned zone is no problem. With `expected`, that decides.
    bool may_be_unsigned = false;
};

/// Something that is wrong. `type` is the RRset's ("SOA", "NSEC3"); for signatures the type
/// covered.
struct Problem {
    std::string owner;  ///< presentation format without the last dot
    std::string type;
    std::string words;

    bool operator==(const Problem&) const = default;
};

struct VerificationResult {
    static constexpr std::size_t most_listed = 1000;

    std::vector<Problem> problems;  ///< the first `most_listed`
    std::vector<Problem> warnings;  ///< lawful, but worth a look; the first `most_listed`
    std::uint64_t problem_count = 0, warning_count = 0;

    bool secure = false;      ///< the zone is signed: it has a DNSKEY RRset
    std::uint64_t names = 0;  ///< owners in the denial chain's sense: authoritative or delegations
    std::uint64_t records = 0;  ///< all, DNSSEC records included
    std::uint64_t rrsets = 0;   ///< that must be signed
    std::uint64_t signatures = 0;
    std::uint64_t signatures_checked = 0;  ///< cryptographically
    std::uint64_t nsec_records = 0, nsec3_records = 0;
    std::optional<Time> first_expiry;         ///< of any signature
    std::optional<Time> first_dnskey_expiry;  ///< of a signature over the DNSKEY RRset
    std::vector<Algorithm> algorithms;        ///< of the DNSKEY RRset, ascending

    /// Who signed what, by fingerprint, going by the signatures found good.
    std::vector<std::string> dnskey_signers;
    std::vector<SignerSet> data_signers;

    bool good() const { return problem_count == 0; }
};

/// Fault: the zone or the last zone cannot be read.
Result<VerificationResult> verify(const VerificationRequest& request);

}  // namespace kaspar::signer

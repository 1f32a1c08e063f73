// What the verifier's parts share while they look at one zone: the request, what was found out so
// far, and the list of problems. For the verifier only.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "signer/core/verifier.h"
#include "signer/core/verify_wire.h"

namespace kaspar::signer::verification {

/// How a name stands to the zone (RFC 4035 §2.2, RFC 2181 §6).
enum class Standing : std::uint8_t {
    authoritative,
    delegation,  ///< NS below the apex: of its data, DS and NSEC are the zone's own
    occluded,    ///< below a delegation (glue) or a DNAME
    hash,        ///< holds NSEC3 records only: no name of the zone
};

/// A key that may have signed.
struct Key {
    std::uint16_t flags, tag;
    PublicKey key;
    bool published;  ///< in the DNSKEY RRset; else instructed to sign ahead of it

    bool signs_zones() const { return (flags & flag_zone) != 0; }
    bool is_revoked() const { return (flags & flag_revoke) != 0; }
    bool is_sep() const { return (flags & flag_sep) != 0; }
    std::string text() const;  ///< "key 12345 (ecdsap256sha256)"
};

/// An RRset that must be signed, with the signatures that lie beside it.
struct SignedRRset {
    const Node* node;
    const RRset* rrset;
    const RRset* rrsigs;
    std::size_t first;  ///< index into Context::signatures
    std::uint32_t count;
};

struct Signature {
    Rrsig fields;
    std::uint32_t rrset;    ///< index into Context::signed_rrsets
    bool sound = true;      ///< its fields are right and a key with its tag is there
    bool check = true;      ///< to be checked cryptographically
    std::int32_t key = -1;  ///< index into Context::keys: the key that made it
};

class Context {
  public:
    explicit Context(const VerificationRequest& asked);

    const VerificationRequest& request;
    const Zone& zone;
    VerificationResult result;

    const Node* apex;
    std::vector<Standing> standings;  ///< by index of the node
    std::uint32_t negative_ttl = 0;   ///< seconds; min(SOA TTL, SOA minimum) (RFC 9077)
    std::vector<Key> keys;
    std::vector<SignedRRset> signed_rrsets;
    std::vector<Signature> signatures;

    Standing standing(const Node& node) const { return standings[index(node)]; }
    std::size_t index(const Node& node) const { return &node - zone.nodes().data(); }
    bool is_apex(const Node& node) const { return &node == apex; }
    const RRset* at_apex(std::uint16_t type) const { return zone.find(*apex, type); }

    /// True if the zone must hold signatures over this RRset of the node.
    bool must_be_signed(const Node& node, std::uint16_t type) const;

    void problem(BytesView owner, std::uint16_t type, std::string words);
    void problem(const Node& node, std::uint16_t type, std::string words) {
        problem(zone.owner(node), type, std::move(words));
    }
    void warning(const Node& node, std::uint16_t type, std::string words);
};

/// The index of a name's standing, the SOA, and the rules that hold without DNSSEC too. False:
/// there is no zone here to go on with.
bool inspect_data(Context& context);

/// The DNSKEY RRset and the keys that sign ahead: fills Context::keys.
void inspect_keys(Context& context);

/// Every RRSIG, and every RRset that must have one.
void inspect_signatures(Context& context);

/// The keys that may have made the signature: every one with its tag and algorithm, since a tag is
/// no identity. Indices into Context::keys.
std::vector<std::int32_t> candidates(const Context& context, const Signature& signature);

/// Cryptographic part, with the request's threads: sets Signature::key where it verifies.
void check_signatures(Context& context);

/// NSEC or NSEC3.
void inspect_denial(Context& context);
void inspect_nsec(Context& context);
void inspect_nsec3(Context& context);

/// CDS and CDNSKEY (RFC 7344, RFC 8078).
void inspect_delegation_signals(Context& context);

void inspect_zonemd(Context& context);

/// What the instruction wanted.
void inspect_expectations(Context& context);

/// Types at the node that a type bitmap should name besides NSEC: all at an authoritative name, NS
/// and DS at a delegation; RRSIG is left out.
TypeSet denied_types(const Context& context, const Node& node);

/// What is wrong with a type bitmap, in words; empty: nothing.
std::string bitmap_difference(const TypeSet& said, const TypeSet& there);

using Rdatas = std::set<Bytes>;
Rdatas rdatas_at_apex(const Context& context, std::uint16_t type);

/// RDATA of the delete requests (RFC 8078 §4).
Bytes delete_cds();
Bytes delete_cdnskey();

/// Keys found to have signed the RRset.
std::vector<const Key*> signers_of(const Context& context, const SignedRRset& rrset);
const SignedRRset* signed_at_apex(const Context& context, std::uint16_t type);

}  // namespace kaspar::signer::verification

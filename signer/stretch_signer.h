// Signs one stretch of a zone: keeps the signatures of the last output that stand (core/reuse.h)
// and makes the rest. One thread's share of the signing loop: its keys and its buffers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/keys/signing_key.h"
#include "signer/core/reuse.h"
#include "signer/core/signed_stretch.h"
#include "signer/zonefile/writer.h"

namespace kaspar::signer {

/// What came of it, for the report.
struct Tally {
    std::uint64_t records = 0;  ///< written, signatures included
    std::uint64_t signatures_made = 0, signatures_reused = 0;

    /// Keys as bits (1 << index in the rules' keys) → RRsets of zone data signed by just these.
    std::map<std::uint64_t, std::uint64_t> data_signers;
    std::uint64_t dnskey_signers = 0;  ///< keys as bits
    std::optional<Time> first_expiry, first_dnskey_expiry;
    std::uint32_t largest_ttl = 0;  ///< of zone data, seconds

    void add(const Tally& other);
};

class StretchSigner {
  public:
    /// `keys`: one for each of the rules' keys that has a signing role, else nullptr. All are
    /// borrowed.
    StretchSigner(const SigningRules& rules, std::vector<SigningKey*> keys)
        : rules_(rules), keys_(std::move(keys)) {}

    /// Signs the RRsets from `begin` on and before `end`, all at once, so that a key that signs
    /// elsewhere gets many messages. `last`: the last output's nodes from this stretch, or nullptr.
    /// Fault: key, absent.
    Result<Tally> sign(SignedStretch& stretch, std::size_t begin, std::size_t end,
                       const Zone* last);

    /// Appends an RRset and its signatures as zone text.
    void append_text(const SignedStretch& stretch, std::size_t index, std::string& out);

  private:
    /// A signature that is to be made: its RRSIG RDATA up to the signature, and what is signed.
    struct Unmade {
        unsigned key;
        Time expiration;
        Bytes rdata, message;
    };
    void prepare(const RRsetView& rrset, const Zone* last, const Node* last_node,
                 Decision& decision);
    Unmade& next_unmade();
    Outcome make_signatures();
    void place(SignedStretch& stretch, std::size_t index, const Decision& decision,
               std::size_t& made);
    RrsigHead head(const RRsetView& rrset, const SignerKey& key, Time expiration) const;
    void take(BytesView rdata, unsigned key, Time expiration, std::uint16_t type,
              SignatureSpot& spot, Bytes& block);
    void count(const RRsetView& rrset);

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

}  // namespace kaspar::signer

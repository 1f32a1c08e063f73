// The signatures of one owner name after the other. For the verifier only.
#pragma once

#include <bitset>
#include <utility>
#include <vector>

#include "signer/core/verify_apex.h"
#include "signer/core/verify_crypto.h"
#include "signer/core/verify_node.h"

namespace kaspar::signer::verification {

/// What a stretch of the zone, or the whole of it, holds in signatures.
struct SignatureTotals {
    std::uint64_t rrsets = 0;  ///< that must be signed
    std::uint64_t signatures = 0, checked = 0;
    std::optional<Time> first_expiry, first_dnskey_expiry;
    std::vector<std::pair<KeySet, std::uint64_t>> data_signers;  ///< and how many RRsets they sign
    KeySetSigners key_sets;                                      ///< at the apex

    void count_signers(KeySet keys, std::uint64_t rrsets);
    void append(const SignatureTotals& later);
};

/// Every RRSIG of a name, and every RRset that must have one (RFC 4034 §3, RFC 4035 §2.2).
class SignatureInspector {
  public:
    SignatureInspector(const Apex& apex, SignatureChecker& checker, SignatureTotals& totals,
                       Findings& findings)
        : apex_(apex), checker_(checker), totals_(totals), findings_(findings) {}

    void inspect(const NodeView& view);

  private:
    /// The signatures over one RRset, while they are looked at.
    struct Target {
        const NodeView& view;
        const RRset& rrset;
        const RRset& rrsigs;
        unsigned labels;  ///< what the labels field must say
        KeySet signers = 0, candidates = 0;
        std::bitset<256> algorithms = {};
    };

    void inspect_rrset(const NodeView& view, const RRset& rrset, const RRset* rrsigs);
    void inspect_stray(const NodeView& view, const RRset& rrsigs);
    void inspect_signatures(Target& target);
    void inspect_signature(Target& target, BytesView rdata);
    bool has_right_fields(const Target& target, const Rrsig& fields);
    bool has_right_times(const Target& target, const Rrsig& fields);
    void check(Target& target, const SignatureUnderCheck& signature, bool sound);
    void require_algorithms(const Target& target);
    void note_signers(const Target& target);

    void problem(const NodeView& view, std::uint16_t type, std::string words) {
        findings_.problem(view.owner, type, std::move(words));
    }
    bool unsound(const Target& target, const Rrsig& fields, const std::string& words);

    const Apex& apex_;
    SignatureChecker& checker_;
    SignatureTotals& totals_;
    Findings& findings_;
};

}  // namespace kaspar::signer::verification

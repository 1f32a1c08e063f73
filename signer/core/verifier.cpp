#include "signer/core/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "signer/core/ordered_work.h"
#include "signer/core/verify_stretch.h"

namespace kaspar::signer {

namespace verification {

namespace {

/// Puts together what was found in the stretches, which come in the order of the zone.
class WholeInspection {
  public:
    WholeInspection(const Apex& apex, Findings&& at_apex)
        : apex_(apex),
          findings_(std::move(at_apex)),
          chain_(apex, chain_findings_),
          nsec3_(apex),
          digest_(apex) {}

    bool digests() const { return digest_.is_wanted(); }
    void append(StretchResult&& stretch);

    /// After the last. Fault: a part cannot be read again.
    Result<VerificationResult> conclude();

  private:
    void inspect_boundary(const StretchResult& stretch);
    Outcome inspect_denial();
    void tell_counts(VerificationResult& result) const;
    void tell_signers(VerificationResult& result) const;
    std::vector<std::string> fingerprints(KeySet keys) const;
    void inspect_unsigned();

    const Apex& apex_;
    Findings findings_, chain_findings_;
    Chain chain_;
    Nsec3Zone nsec3_;
    ZoneDigest digest_;
    StretchResult sum_;
};

// What who parted the zone has promised (zone_parts.h).
void WholeInspection::inspect_boundary(const StretchResult& stretch) {
    const auto& cut = sum_.open_cut;
    if (!sum_.last_owner.empty() && !stretch.first_owner.empty() &&
        compare_names(sum_.last_owner, stretch.first_owner) >= 0)
        findings_.problem(stretch.first_owner, stretch.first_owner_type,
                          "the names are not in canonical order: this is an error in Kaspar");
    if (!cut.empty() && !stretch.first_name.empty() && is_within(stretch.first_name, cut))
        findings_.problem(
            stretch.first_name, stretch.first_name_type,
            fmt::format("is parted from {}, which hides it: this is an error in Kaspar",
                        name_text(cut)));
}

void WholeInspection::append(StretchResult&& stretch) {
    if (stretch.first_owner.empty())
        return;
    inspect_boundary(stretch);
    sum_.last_owner = std::move(stretch.last_owner);
    if (!stretch.first_name.empty())
        sum_.open_cut = std::move(stretch.open_cut);
    findings_.append(std::move(stretch.findings));
    chain_.append(std::move(stretch.chain), std::move(stretch.chain_findings));
    nsec3_.append(std::move(stretch.nsec3));
    digest_.add(stretch.digested);
    sum_.signatures.append(stretch.signatures);
    sum_.names += stretch.names;
    sum_.records += stretch.records;
    sum_.nsec_records += stretch.nsec_records;
    sum_.nsec3_records += stretch.nsec3_records;
}

Outcome WholeInspection::inspect_denial() {
    if (sum_.nsec_records == 0 && sum_.nsec3_records == 0) {
        findings_.problem(
            apex_.name(), rr::nsec,
            "there are neither NSEC nor NSEC3 records: nothing proves what is absent");
        return Done{};
    }
    chain_.close();
    findings_.append(std::move(chain_findings_));
    return apex_.denial == Denial::nsec3 ? nsec3_.inspect(findings_) : Outcome(Done{});
}

void WholeInspection::inspect_unsigned() {
    const auto& request = apex_.request;
    const bool wanted =
        request.expected ? request.expected->dnskeys.empty() : request.may_be_unsigned;
    if (!wanted)
        findings_.problem(apex_.name(), rr::dnskey,
                          "the zone is not signed: it has no DNSKEY RRset");
}

std::vector<std::string> WholeInspection::fingerprints(KeySet keys) const {
    std::set<std::string> sorted;
    for (std::size_t i = 0; i < apex_.keys.size(); ++i)
        if ((keys >> i & 1) != 0)
            sorted.insert(apex_.keys[i].key.fingerprint());
    return {sorted.begin(), sorted.end()};
}

void WholeInspection::tell_signers(VerificationResult& result) const {
    std::map<std::vector<std::string>, std::uint64_t> sets;
    for (const auto& [keys, rrsets] : sum_.signatures.data_signers)
        sets[fingerprints(keys)] += rrsets;
    for (const auto& [keys, rrsets] : sets)
        result.data_signers.push_back({keys, rrsets});
    if (const auto& keys = sum_.signatures.key_sets.dnskey)
        result.dnskey_signers = fingerprints(*keys);
}

void WholeInspection::tell_counts(VerificationResult& result) const {
    const auto& totals = sum_.signatures;
    result.secure = apex_.is_secure();
    result.names = sum_.names;
    result.records = sum_.records;
    result.rrsets = totals.rrsets;
    result.signatures = totals.signatures;
    result.signatures_checked = totals.checked;
    result.nsec_records = sum_.nsec_records;
    result.nsec3_records = sum_.nsec3_records;
    result.first_expiry = totals.first_expiry;
    result.first_dnskey_expiry = totals.first_dnskey_expiry;
    result.algorithms = apex_.algorithms;
}

Result<VerificationResult> WholeInspection::conclude() {
    const SignedApex at{apex_, sum_.signatures.key_sets, findings_};
    VerificationResult result;
    tell_counts(result);
    if (apex_.is_secure()) {
        inspect_dnskey_signers(at);
        KASPAR_CHECK(inspect_denial());
        inspect_delegation_signals(at);
        tell_signers(result);
    } else {
        inspect_unsigned();
    }
    digest_.inspect(at);
    inspect_expectations(at);
    std::move(findings_).give_to(result);
    return result;
}

Outcome inspect_stretches(const Apex& apex, WholeInspection& whole) {
    const Stretches stretches(apex);
    const auto threads = std::max(1U, apex.request.threads);
    std::vector<std::unique_ptr<StretchInspector>> inspectors(threads);
    Outcome outcome = Done{};
    const auto make = [&](std::size_t index, unsigned thread) -> Result<StretchResult> {
        auto& inspector = inspectors[thread];
        if (!inspector)
            inspector = std::make_unique<StretchInspector>(apex, whole.digests());
        KASPAR_TRY(const auto stretch, stretches.at(index));
        return inspector->inspect(stretch, stretches.count());
    };
    const auto take = [&](std::size_t, Result<StretchResult>&& made) {
        if (!made.ok()) {
            outcome = std::move(made).fault();
            return false;
        }
        whole.append(std::move(made).value());
        return true;
    };
    in_order(stretches.count(), threads, make, take);
    return outcome;
}

Result<VerificationResult> without_zone(const Apex& apex, Findings&& findings) {
    VerificationResult result;
    result.records = apex.part->record_count();
    std::move(findings).give_to(result);
    return result;
}

}  // namespace

}  // namespace verification

Result<VerificationResult> verify(const VerificationRequest& request) {
    using namespace verification;
    Findings findings;
    KASPAR_TRY(auto first, request.zone.part(0));
    Apex apex(request, std::move(first));
    if (!inspect_soa(apex, findings))
        return without_zone(apex, std::move(findings));
    if (apex.is_secure()) {
        inspect_keys(apex, findings);
        KASPAR_CHECK(decide_denial(apex, findings));
        KASPAR_CHECK(find_keys_in_last(apex));
    }
    WholeInspection whole(apex, std::move(findings));
    KASPAR_CHECK(inspect_stretches(apex, whole));
    return whole.conclude();
}

}  // namespace kaspar::signer

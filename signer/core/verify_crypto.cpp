// The signatures themselves: which of them to check, the octets that each covers (RFC 4034
// §3.1.8.1), and the threads that check them.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "signer/core/verify_context.h"

namespace kaspar::signer::verification {

namespace {

using Verifiers = std::vector<std::unique_ptr<SignatureVerifier>>;

// A key whose octets are no key gets none; that is told where the DNSKEY RRset is read.
Verifiers make_verifiers(const Context& context) {
    Verifiers verifiers;
    for (const auto& key : context.keys) {
        auto made = context.request.make_verifier(key.key);
        verifiers.push_back(made.ok() ? std::move(made).value() : nullptr);
    }
    return verifiers;
}

/// Canonical RDATA of an RRset, in canonical order, without duplicates (RFC 4034 §6.3).
std::vector<Bytes> canonical_rdatas(const Zone& zone, const RRset& rrset) {
    std::vector<Bytes> rdatas(rrset.record_count);
    for (std::uint32_t i = 0; i < rrset.record_count; ++i)
        append_canonical(rrset.type, zone.rdata(rrset, i), rdatas[i]);
    std::sort(rdatas.begin(), rdatas.end());
    rdatas.erase(std::unique(rdatas.begin(), rdatas.end()), rdatas.end());
    return rdatas;
}

constexpr std::uint16_t class_in = 1;
constexpr std::size_t rrsig_fixed = 18;  // RRSIG RDATA before the signer's name

// The owner stands as it is: in a zone, unlike in an answer, a wildcard is not yet expanded.
void write_signed_data(const Context& context, const Signature& signature, Bytes& out) {
    const auto& target = context.signed_rrsets[signature.rrset];
    const auto& fields = signature.fields;
    out.clear();
    append({fields.signer.data() - rrsig_fixed, rrsig_fixed}, out);
    append_lower(fields.signer, out);
    for (const auto& rdata : canonical_rdatas(context.zone, *target.rrset)) {
        append_lower(context.zone.owner(*target.node), out);
        append16(target.rrset->type, out);
        append16(class_in, out);
        append32(fields.original_ttl, out);
        append16(static_cast<std::uint16_t>(rdata.size()), out);
        append(rdata, out);
    }
}

/// One thread's share of the work.
class Checker {
  public:
    explicit Checker(Context& context) : context_(context), verifiers_(make_verifiers(context)) {}

    void check(Signature& signature) {
        write_signed_data(context_, signature, data_);
        for (const auto key : candidates(context_, signature))
            if (verifiers_[key] && verifiers_[key]->verify(data_, signature.fields.signature)) {
                signature.key = key;
                return;
            }
    }

  private:
    Context& context_;
    Verifiers verifiers_;
    Bytes data_;
};

void check_share(Context& context, std::atomic<std::size_t>& next) {
    constexpr std::size_t batch = 64;
    Checker checker(context);
    auto& signatures = context.signatures;
    for (auto at = next.fetch_add(batch); at < signatures.size(); at = next.fetch_add(batch))
        for (auto i = at; i < std::min(at + batch, signatures.size()); ++i)
            if (signatures[i].check)
                checker.check(signatures[i]);
}

void check_in_threads(Context& context) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> others;
    for (unsigned i = 1; i < context.request.threads; ++i)
        others.emplace_back([&] { check_share(context, next); });
    check_share(context, next);
    for (auto& thread : others)
        thread.join();
}

// --- which to check ---

bool same_records(const Zone& a, const RRset& of_a, const Zone& b, const RRset& of_b) {
    if (of_a.record_count != of_b.record_count)
        return false;
    for (std::uint32_t i = 0; i < of_a.record_count; ++i) {
        const auto x = a.rdata(of_a, i), y = b.rdata(of_b, i);
        if (!std::equal(x.begin(), x.end(), y.begin(), y.end()))
            return false;
    }
    return true;
}

bool holds(const Zone& zone, const RRset& rrset, BytesView rdata) {
    for (std::uint32_t i = 0; i < rrset.record_count; ++i) {
        const auto other = zone.rdata(rrset, i);
        if (std::equal(rdata.begin(), rdata.end(), other.begin(), other.end()))
            return true;
    }
    return false;
}

/// True if the keys that may have made the signature are those that the last zone published.
bool same_keys(const Context& context, const Signature& signature) {
    const auto& last = *context.request.last;
    const auto* apex = last.find(last.apex().wire());
    const auto* dnskeys = apex != nullptr ? last.find(*apex, rr::dnskey) : nullptr;
    if (dnskeys == nullptr)
        return false;
    for (const auto key : candidates(context, signature)) {
        const auto& candidate = context.keys[key];
        if (!candidate.published ||
            !holds(last, *dnskeys, Dnskey{candidate.flags, candidate.key}.rdata()))
            return false;
    }
    return true;
}

bool stands_in_last(const Context& context, const Signature& signature) {
    const auto& last = *context.request.last;
    const auto& target = context.signed_rrsets[signature.rrset];
    const auto* node = last.find(context.zone.owner(*target.node));
    const auto* rrset = node != nullptr ? last.find(*node, target.rrset->type) : nullptr;
    const auto* rrsigs =
        rrset != nullptr ? last.find(*node, rr::rrsig, target.rrset->type) : nullptr;
    if (rrsigs == nullptr)
        return false;
    const BytesView rdata{
        signature.fields.signer.data() - rrsig_fixed,
        rrsig_fixed + signature.fields.signer.size() + signature.fields.signature.size()};
    return holds(last, *rrsigs, rdata) && same_records(context.zone, *target.rrset, last, *rrset) &&
           same_keys(context, signature);
}

// All at the apex, which matter most, and about a thousand others; the clock moves the sample, so
// that in time each signature has its turn.
void choose_sample(Context& context) {
    constexpr std::size_t size = 1000;
    auto& signatures = context.signatures;
    const std::size_t step = std::max<std::size_t>(1, signatures.size() / size);
    const std::size_t turn = context.request.now.time_since_epoch().count() % step;
    for (std::size_t i = 0; i < signatures.size(); ++i) {
        const bool at_apex = context.signed_rrsets[signatures[i].rrset].node == context.apex;
        signatures[i].check = at_apex || i % step == turn;
    }
}

void choose(Context& context) {
    if (context.request.extent == VerifyExtent::sample)
        choose_sample(context);
    if (context.request.extent == VerifyExtent::fresh && context.request.last != nullptr)
        for (auto& signature : context.signatures)
            signature.check = !stands_in_last(context, signature);
    for (auto& signature : context.signatures)
        signature.check = signature.check && !candidates(context, signature).empty();
}

void tell_bad(Context& context, const Signature& signature) {
    const auto& target = context.signed_rrsets[signature.rrset];
    const auto count = candidates(context, signature).size();
    const auto tag = signature.fields.tag;
    if (count == 1)
        context.problem(*target.node, target.rrset->type,
                        fmt::format("signature by key {}: does not verify: it is not that key's "
                                    "signature over this RRset",
                                    tag));
    else
        context.problem(
            *target.node, target.rrset->type,
            fmt::format("signature by key {}: does not verify with any of the {} keys that "
                        "have this tag",
                        tag, count));
}

void settle(Context& context, Signature& signature) {
    if (!signature.check) {
        if (signature.sound)  // not checked in this run: its tag says whose it is
            signature.key = candidates(context, signature).front();
        return;
    }
    ++context.result.signatures_checked;
    if (signature.key < 0) {
        signature.sound = false;
        tell_bad(context, signature);
    } else if (!signature.sound) {
        signature.key = -1;
    }
}

}  // namespace

void check_signatures(Context& context) {
    choose(context);
    check_in_threads(context);
    for (auto& signature : context.signatures)
        settle(context, signature);
}

}  // namespace kaspar::signer::verification

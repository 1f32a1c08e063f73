// The DNSKEY RRset, the keys that sign ahead of theirs, and who signs the DNSKEY RRset.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "signer/core/verify_apex.h"
#include "signer/core/verify_last.h"

namespace kaspar::signer::verification {

namespace {

constexpr std::uint8_t dnssec_protocol = 3;  // RFC 4034 §2.1.2

class KeyReader {
  public:
    KeyReader(Apex& apex, Findings& findings) : apex_(apex), findings_(findings) {}

    void read_dnskeys() {
        const auto* dnskeys = apex_.find(rr::dnskey);
        for (std::uint32_t i = 0; i < dnskeys->record_count; ++i)
            read(apex_.part->rdata(*dnskeys, i));
    }

    void add_ahead() {
        for (const auto& dnskey : apex_.request.ahead)
            add(dnskey, false);
    }

    void list_algorithms() {
        std::set<Algorithm> algorithms;
        for (const auto& key : apex_.keys)
            if (key.published && key.signs_zones() && !key.is_revoked())
                algorithms.insert(key.key.algorithm);
        apex_.algorithms.assign(algorithms.begin(), algorithms.end());
        if (algorithms.empty())
            problem("no key here can sign a zone");
    }

    void warn_of_shared_tags() {
        const auto& keys = apex_.keys;
        for (std::size_t i = 0; i < keys.size(); ++i)
            for (std::size_t j = i + 1; j < keys.size(); ++j)
                if (keys[i].tag == keys[j].tag && keys[i].key.algorithm == keys[j].key.algorithm &&
                    keys[i].key != keys[j].key)
                    warning("two different keys share the tag of " + keys[i].text());
    }

    void refuse_surplus() {
        if (surplus_ > 0)
            problem(fmt::format("there are {} keys, and no more than {} can be verified here",
                                most_keys + surplus_, most_keys));
    }

  private:
    void problem(std::string words) {
        findings_.problem(apex_.name(), rr::dnskey, std::move(words));
    }
    void warning(std::string words) {
        findings_.warning(apex_.name(), rr::dnskey, std::move(words));
    }

    bool add(const Dnskey& dnskey, bool published) {
        if (apex_.keys.size() == most_keys) {
            ++surplus_;
            return false;
        }
        apex_.keys.push_back({dnskey.flags, dnskey.tag(), dnskey.key, published});
        return true;
    }

    void read(BytesView rdata) {
        if (rdata.size() < 5)
            return problem("malformed RDATA");
        const auto tag = key_tag(rdata);
        if (rdata[2] != dnssec_protocol)
            return problem(fmt::format("key {} has protocol {}, and must have 3 (RFC 4034 §2.1.2)",
                                       tag, rdata[2]));
        const auto algorithm = algorithm_from_number(rdata[3]);
        if (!algorithm)
            return problem(fmt::format(
                "key {} has algorithm {}, with which nothing can be verified here", tag, rdata[3]));
        if (add({read16(rdata, 0), {*algorithm, Bytes(rdata.begin() + 4, rdata.end())}}, true))
            inspect(apex_.keys.back());
    }

    void inspect(const Key& key) {
        if (!key.signs_zones())
            warning(key.text() + " lacks the zone flag, so it can sign nothing (RFC 4034 §2.1.1)");
        if (const auto verifier = apex_.request.make_verifier(key.key); !verifier.ok())
            problem(key.text() + ": " + verifier.fault().words);
    }

    Apex& apex_;
    Findings& findings_;
    std::size_t surplus_ = 0;
};

void require_algorithms(Apex& apex) {
    auto required = apex.request.required_algorithms.value_or(apex.algorithms);
    const auto set_of = [](const std::vector<Algorithm>& list) {
        const std::set<Algorithm> sorted(list.begin(), list.end());
        return std::vector<Algorithm>(sorted.begin(), sorted.end());
    };
    apex.required_for_keys = set_of(required);
    for (const auto& key : apex.keys)
        if (!key.published)
            required.push_back(key.key.algorithm);
    apex.required_for_data = set_of(required);
}

bool is_active_sep(const Key& key, Algorithm algorithm) {
    return key.published && key.is_sep() && !key.is_revoked() && key.key.algorithm == algorithm;
}

// The parent's DS stands for a key with the SEP flag (RFC 4034 §2.1.1): with each algorithm that
// has such a key, one of them must sign. A signature that is there and bad has been told of
// already.
void inspect_sep_signature(SignedApex& at, Algorithm algorithm) {
    bool has_sep = false, is_signed = false;
    for (std::size_t i = 0; i < at.apex.keys.size(); ++i)
        if (is_active_sep(at.apex.keys[i], algorithm)) {
            has_sep = true;
            is_signed = is_signed || (at.signers.dnskey_candidates >> i & 1) != 0;
        }
    if (has_sep && !is_signed)
        at.problem(rr::dnskey,
                   fmt::format("is not signed by a KSK (SEP flag) with algorithm {}: there "
                               "is no key for a DS to point to",
                               facts(algorithm).mnemonic));
}

// RFC 5011 §2.1: resolvers believe a revocation only if the revoked key itself signs it.
void warn_of_idle_revocations(SignedApex& at) {
    for (std::size_t i = 0; i < at.apex.keys.size(); ++i) {
        const auto& key = at.apex.keys[i];
        if (key.published && key.is_revoked() && (*at.signers.dnskey >> i & 1) == 0)
            at.warning(
                rr::dnskey,
                key.text() + " is revoked, but does not sign the DNSKEY RRset (RFC 5011 §2.1)");
    }
}

}  // namespace

std::string Key::text() const {
    return fmt::format("key {} ({})", tag, facts(key.algorithm).mnemonic);
}

void inspect_keys(Apex& apex, Findings& findings) {
    KeyReader reader(apex, findings);
    reader.read_dnskeys();
    reader.list_algorithms();
    reader.add_ahead();
    reader.warn_of_shared_tags();
    reader.refuse_surplus();
    require_algorithms(apex);
}

Outcome find_keys_in_last(Apex& apex) {
    if (apex.request.extent != VerifyExtent::fresh || apex.request.last == nullptr)
        return Done{};
    const auto end = name_after(apex.name());
    KASPAR_TRY(const auto last, apex.request.last->between(apex.name(), end));
    const auto* node = last->find(apex.name());
    const auto* dnskeys = node != nullptr ? last->find(*node, rr::dnskey) : nullptr;
    if (dnskeys == nullptr)
        return Done{};
    for (auto& key : apex.keys)
        key.in_last = key.published && holds(*last, *dnskeys, Dnskey{key.flags, key.key}.rdata());
    return Done{};
}

void inspect_dnskey_signers(SignedApex at) {
    if (!at.signers.dnskey)
        return;
    for (const auto algorithm : at.apex.required_for_keys)
        inspect_sep_signature(at, algorithm);
    warn_of_idle_revocations(at);
}

}  // namespace kaspar::signer::verification

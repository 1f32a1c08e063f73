// The DNSKEY RRset, and the keys that sign ahead of theirs.
#include <fmt/format.h>

#include <set>

#include "signer/core/verify_context.h"

namespace kaspar::signer::verification {

namespace {

constexpr std::uint8_t dnssec_protocol = 3;  // RFC 4034 §2.1.2

void add_key(Context& context, const Dnskey& dnskey, bool published) {
    context.keys.push_back({dnskey.flags, dnskey.tag(), dnskey.key, published});
}

void add_published_key(Context& context, BytesView rdata) {
    if (rdata.size() < 5)
        return context.problem(*context.apex, rr::dnskey, "malformed RDATA");
    const auto tag = key_tag(rdata);
    if (rdata[2] != dnssec_protocol)
        return context.problem(
            *context.apex, rr::dnskey,
            fmt::format("key {} has protocol {}, and must have 3 (RFC 4034 §2.1.2)", tag,
                        rdata[2]));
    const auto algorithm = algorithm_from_number(rdata[3]);
    if (!algorithm)
        return context.problem(
            *context.apex, rr::dnskey,
            fmt::format("key {} has algorithm {}, with which nothing can be verified here", tag,
                        rdata[3]));
    add_key(context, {read16(rdata, 0), {*algorithm, Bytes(rdata.begin() + 4, rdata.end())}}, true);
    const auto& key = context.keys.back();
    if (!key.signs_zones())
        context.warning(
            *context.apex, rr::dnskey,
            key.text() + " lacks the zone flag, so it can sign nothing (RFC 4034 §2.1.1)");
    if (const auto verifier = context.request.make_verifier(key.key); !verifier.ok())
        context.problem(*context.apex, rr::dnskey, key.text() + ": " + verifier.fault().words);
}

void warn_of_shared_tags(Context& context) {
    const auto& keys = context.keys;
    for (std::size_t i = 0; i < keys.size(); ++i)
        for (std::size_t j = i + 1; j < keys.size(); ++j)
            if (keys[i].tag == keys[j].tag && keys[i].key.algorithm == keys[j].key.algorithm &&
                keys[i].key != keys[j].key)
                context.warning(*context.apex, rr::dnskey,
                                "two different keys share the tag of " + keys[i].text());
}

void list_algorithms(Context& context) {
    std::set<Algorithm> algorithms;
    for (const auto& key : context.keys)
        if (key.published && key.signs_zones() && !key.is_revoked())
            algorithms.insert(key.key.algorithm);
    context.result.algorithms.assign(algorithms.begin(), algorithms.end());
    if (algorithms.empty())
        context.problem(*context.apex, rr::dnskey, "no key here can sign a zone");
}

}  // namespace

void inspect_keys(Context& context) {
    const auto* dnskeys = context.at_apex(rr::dnskey);
    for (std::uint32_t i = 0; i < dnskeys->record_count; ++i)
        add_published_key(context, context.zone.rdata(*dnskeys, i));
    list_algorithms(context);
    for (const auto& dnskey : context.request.ahead)
        add_key(context, dnskey, false);
    warn_of_shared_tags(context);
}

}  // namespace kaspar::signer::verification

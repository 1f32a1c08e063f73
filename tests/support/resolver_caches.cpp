#include "tests/support/resolver_caches.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace kaspar::test {

namespace {

constexpr std::uint16_t type_dnskey = 48, type_cds = 59, type_cdnskey = 60;

std::set<std::uint8_t> algorithms_of(const SignedRRset& rrset,
                                     std::uint8_t (*algorithm)(const Bytes&)) {
    std::set<std::uint8_t> found;
    for (const Bytes& rdata : rrset.rdatas)
        found.insert(algorithm(rdata));
    return found;
}

/// A DS of this algorithm is that of a key which is in the DNSKEY RRset and has signed it.
bool enters(std::uint8_t algorithm, const SignedRRset& ds, const SignedRRset& dnskey, Time now) {
    for (const Bytes& one : ds.rdatas)
        for (const Bytes& key : dnskey.rdatas)
            if (algorithm_of_ds(one) == algorithm && algorithm_of_dnskey(key) == algorithm &&
                is_ds_of(one, dnskey.owner, key) && is_signed_by(dnskey, key, now))
                return true;
    return false;
}

bool validates(std::uint8_t algorithm, const SignedRRset& dnskey, const SignedRRset& data,
               Time now) {
    return std::any_of(dnskey.rdatas.begin(), dnskey.rdatas.end(), [&](const Bytes& key) {
        return algorithm_of_dnskey(key) == algorithm && is_signed_by(data, key, now);
    });
}

}  // namespace

void ResolverCaches::publish(Versions& held, const std::vector<SignedRRset>& fresh, Time now,
                             Duration lag) {
    for (Held& one : held)
        if (!one.until && std::find(fresh.begin(), fresh.end(), one.rrset) == fresh.end())
            one.until = now + lag + Duration{one.rrset.ttl};
    for (const SignedRRset& rrset : fresh) {
        const auto known = std::find_if(held.begin(), held.end(),
                                        [&](const Held& one) { return one.rrset == rrset; });
        if (known != held.end())
            known->until.reset();
        else
            held.push_back({rrset, std::nullopt});
    }
}

void ResolverCaches::expire(Versions& held, Time now) {
    std::erase_if(held, [&](const Held& one) { return one.until && *one.until <= now; });
}

void ResolverCaches::parent_publishes(const SignedRRset& ds, Time now) {
    publish(ds_, {ds}, now, parent_lag_);
}

void ResolverCaches::zone_publishes(const std::vector<SignedRRset>& zone, Time now) {
    std::vector<SignedRRset> dnskey, data;
    for (const SignedRRset& rrset : zone)
        if (rrset.type == type_dnskey)
            dnskey.push_back(rrset);
        else if (!rrset.signatures.empty() && rrset.type != type_cds && rrset.type != type_cdnskey)
            data.push_back(rrset);
    publish(dnskey_, dnskey, now, zone_lag_);
    publish(data_, data, now, zone_lag_);
}

std::string ResolverCaches::complaint(Time now) {
    for (Versions* held : {&ds_, &dnskey_, &data_})
        expire(*held, now);
    for (const Held& ds : ds_)
        for (const Held& dnskey : dnskey_)
            if (auto words = judge(ds.rrset, dnskey.rrset, now); !words.empty())
                return words;
    return {};
}

std::string ResolverCaches::judge(const SignedRRset& ds, const SignedRRset& dnskey, Time now) {
    const auto of_ds = algorithms_of(ds, algorithm_of_ds);
    if (of_ds.empty())
        return {};  // insecure
    for (const auto algorithm : of_ds)
        if (!enters(algorithm, ds, dnskey, now))
            return fmt::format("no DS of algorithm {} leads into a DNSKEY RRset of {} keys",
                               algorithm, dnskey.rdatas.size());
    auto algorithms = algorithms_of(dnskey, algorithm_of_dnskey);
    algorithms.insert(of_ds.begin(), of_ds.end());
    for (const Held& data : data_)
        for (const auto algorithm : algorithms) {
            ++judged_;
            if (!validates(algorithm, dnskey, data.rrset, now))
                return fmt::format("no key of algorithm {} validates {}", algorithm,
                                   data.rrset.name());
        }
    return {};
}

}  // namespace kaspar::test

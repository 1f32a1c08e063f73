#include "tests/simulation/resolver_oracle.h"

#include <fmt/format.h>

namespace kaspar::simulation {

std::string words(const Keys& keys) {
    return keys.empty() ? "none" : fmt::format("{}", fmt::join(keys, ", "));
}

ResolverOracle::Verdict ResolverOracle::parent_publishes(const Answer<Keys>& ds, Time now,
                                                         Duration lag) {
    const auto fresh = ds_.publish({ds}, now, lag);
    return judge(fresh, dnskey_.all(now), data_.all(now));
}

ResolverOracle::Verdict ResolverOracle::zone_publishes(const Answer<KeysetAnswer>& dnskey,
                                                       const std::vector<Answer<Keys>>& data,
                                                       Time now, Duration lag) {
    const auto fresh_dnskey = dnskey_.publish({dnskey}, now, lag);
    const auto fresh_data = data_.publish(data, now, lag);
    const auto ds = ds_.all(now);
    if (auto failed = judge(ds, fresh_dnskey, data_.all(now)))
        return failed;
    return judge(ds, dnskey_.all(now), fresh_data);
}

bool ResolverOracle::is_held(int key, Time now) {
    for (const Keys& ds : ds_.all(now))
        if (has(ds, key))
            return true;
    for (const KeysetAnswer& dnskey : dnskey_.all(now))
        if (has(dnskey.keys, key) || has(dnskey.signers, key))
            return true;
    for (const Keys& data : data_.all(now))
        if (has(data, key))
            return true;
    return false;
}

ResolverOracle::Verdict ResolverOracle::judge(const std::vector<Keys>& all_ds,
                                              const std::vector<KeysetAnswer>& all_dnskey,
                                              const std::vector<Keys>& all_data) const {
    for (const Keys& ds : all_ds)
        for (const KeysetAnswer& dnskey : all_dnskey)
            for (const Keys& data : all_data)
                if (const auto why = complaint(ds, dnskey, data))
                    return fmt::format(
                        "BOGUS: DS {}; DNSKEY {} signed by {}; data signed by {}: {}", words(ds),
                        words(dnskey.keys), words(dnskey.signers), words(data), *why);
    return std::nullopt;
}

/// RFC 4035 §5.3.1 and RFC 6840 §5.11, with the choices of a hardened validator. No DS: insecure.
std::optional<std::string> ResolverOracle::complaint(const Keys& ds, const KeysetAnswer& dnskey,
                                                     const Keys& data) const {
    for (const int key : ds) {
        const int algorithm = algorithms_[static_cast<std::size_t>(key)];
        if (!enters(algorithm, ds, dnskey))
            return fmt::format("no DS of algorithm {} leads into the DNSKEY RRset", algorithm);
        if (!signs(algorithm, dnskey, data))
            return fmt::format("no key of algorithm {} validates the data", algorithm);
    }
    if (!complete || ds.empty())
        return std::nullopt;
    for (const int key : dnskey.keys)
        if (!signs(algorithms_[static_cast<std::size_t>(key)], dnskey, data))
            return fmt::format("algorithm {} has not signed everything",
                               algorithms_[static_cast<std::size_t>(key)]);
    return std::nullopt;
}

bool ResolverOracle::enters(int algorithm, const Keys& ds, const KeysetAnswer& dnskey) const {
    return std::any_of(ds.begin(), ds.end(), [&](int key) {
        return algorithms_[static_cast<std::size_t>(key)] == algorithm && has(dnskey.keys, key) &&
               has(dnskey.signers, key);
    });
}

bool ResolverOracle::signs(int algorithm, const KeysetAnswer& dnskey, const Keys& data) const {
    return std::any_of(data.begin(), data.end(), [&](int key) {
        return algorithms_[static_cast<std::size_t>(key)] == algorithm && has(dnskey.keys, key);
    });
}

}  // namespace kaspar::simulation

// Would any resolver in the world find the zone bogus? Knows what servers answered and what
// resolvers keep of it, and nothing of the enforcer: no header of enforcer/ is included here, so
// that the rule is not judged by itself.
//
// A resolver may hold a DS set, a DNSKEY RRset and some data that it fetched at three different
// times, each from the slowest secondary. It is as strict as validators come: every algorithm in
// the DS set must validate, and if `complete`, every algorithm in the DNSKEY RRset must have signed
// the data.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/copies.h"

namespace kaspar::simulation {

/// Keys by their number in the world, ascending.
using Keys = std::vector<int>;

inline bool has(const Keys& keys, int key) {
    return std::binary_search(keys.begin(), keys.end(), key);
}

struct KeysetAnswer {
    Keys keys, signers;  ///< no keys: the answer that there is no DNSKEY

    bool operator==(const KeysetAnswer&) const = default;
};

/// The algorithm of each key of the world, by its number.
using KeyAlgorithms = std::vector<int>;

class ResolverOracle {
  public:
    explicit ResolverOracle(const KeyAlgorithms& algorithms) : algorithms_(algorithms) {}

    bool complete = false;  ///< RFC 4035 §2.2 is demanded, too

    /// Each says in words which resolver fails, if one does.
    using Verdict = std::optional<std::string>;
    Verdict parent_publishes(const Answer<Keys>& ds, Time now, Duration lag);
    Verdict zone_publishes(const Answer<KeysetAnswer>& dnskey,
                           const std::vector<Answer<Keys>>& data, Time now, Duration lag);

    /// True if a resolver may hold anything of this key.
    bool is_held(int key, Time now);

  private:
    Verdict judge(const std::vector<Keys>& all_ds, const std::vector<KeysetAnswer>& all_dnskey,
                  const std::vector<Keys>& all_data) const;
    std::optional<std::string> complaint(const Keys& ds, const KeysetAnswer& dnskey,
                                         const Keys& data) const;
    bool enters(int algorithm, const Keys& ds, const KeysetAnswer& dnskey) const;
    bool signs(int algorithm, const KeysetAnswer& dnskey, const Keys& data) const;

    const KeyAlgorithms& algorithms_;
    Copies<Keys> ds_, data_;
    Copies<KeysetAnswer> dnskey_;
};

/// "1, 5", "none".
std::string words(const Keys& keys);

}  // namespace kaspar::simulation

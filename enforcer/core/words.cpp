#include "enforcer/core/words.h"

#include <fmt/format.h>

#include <vector>

namespace kaspar::enforcer {

namespace {

void add_step(std::vector<std::string>& steps, const History& history, KeySet keys,
              std::string_view words) {
    if (!keys.empty())
        steps.push_back(fmt::format("{} {}", words, tags(history, keys)));
}

std::string_view member_word(Obstacle::Member member) {
    switch (member) {
        case Obstacle::Member::ds:
            return "that DS set";
        case Obstacle::Member::dnskey:
            return "that DNSKEY RRset";
        case Obstacle::Member::data:
            return "data signed so";
    }
    return "";
}

}  // namespace

std::string tags(const History& history, KeySet keys) {
    if (keys.empty())
        return "none";
    std::vector<std::string> words;
    for (const KeyIndex key : keys)
        words.push_back(std::to_string(history.keys[key].tag));
    const std::string last = words.back();
    words.pop_back();
    return words.empty() ? last : fmt::format("{} and {}", fmt::join(words, ", "), last);
}

std::string difference(const History& history, const Arrangement& from, const Arrangement& to) {
    std::vector<std::string> steps;
    add_step(steps, history, to.dnskey - from.dnskey, "publish DNSKEY");
    add_step(steps, history, to.dnskey_signers - from.dnskey_signers, "sign the DNSKEY RRset with");
    add_step(steps, history, to.zone_signers - from.zone_signers, "sign the zone with");
    add_step(steps, history, to.ds - from.ds, "ask the parent for DS");
    add_step(steps, history, from.ds - to.ds, "ask the parent to remove DS");
    add_step(steps, history, from.zone_signers - to.zone_signers, "stop signing the zone with");
    add_step(steps, history, from.dnskey_signers - to.dnskey_signers,
             "stop signing the DNSKEY RRset with");
    add_step(steps, history, from.dnskey - to.dnskey, "withdraw DNSKEY");
    return fmt::format("{}", fmt::join(steps, "; "));
}

std::string reason(const History& history, const Obstacle& obstacle) {
    const Combination& held = obstacle.combination;
    const std::string data = held.data_signers.empty()
                                 ? std::string("unsigned data")
                                 : "data signed by " + tags(history, held.data_signers);
    const std::string dnskey =
        held.dnskey.empty() ? std::string("no DNSKEY")
                            : fmt::format("DNSKEY {} signed by {}", tags(history, held.dnskey),
                                          tags(history, held.dnskey_signers));
    const std::string ds = held.ds.empty() ? std::string("no DS") : "DS " + tags(history, held.ds);
    return fmt::format("a resolver that holds {}, {} and {} would not validate; {} {}", ds, dnskey,
                       data, member_word(obstacle.member),
                       obstacle.until ? "may be in caches" : "may still be published");
}

}  // namespace kaspar::enforcer

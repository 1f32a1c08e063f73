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

std::vector<std::string> steps(const History& history, const Arrangement& from,
                               const Arrangement& to) {
    std::vector<std::string> found;
    add_step(found, history, to.dnskey - from.dnskey, "publish DNSKEY");
    add_step(found, history, to.dnskey_signers - from.dnskey_signers, "sign the DNSKEY RRset with");
    add_step(found, history, to.zone_signers - from.zone_signers, "sign the zone with");
    add_step(found, history, to.ds - from.ds, "ask the parent for DS");
    add_step(found, history, from.ds - to.ds, "ask the parent to remove DS");
    add_step(found, history, from.zone_signers - to.zone_signers, "stop signing the zone with");
    add_step(found, history, from.dnskey_signers - to.dnskey_signers,
             "stop signing the DNSKEY RRset with");
    add_step(found, history, from.dnskey - to.dnskey, "withdraw DNSKEY");
    return found;
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

std::string label(const Key& key) {
    return key.name.empty() ? std::to_string(key.tag) : key.name;
}

std::string title(const Key& key) {
    return key.name.empty() ? fmt::format("{} {}", word(key.role), key.tag) : key.name;
}

std::string tags(const History& history, KeySet keys) {
    if (keys.empty())
        return "none";
    std::vector<std::string> words;
    for (const KeyIndex key : keys)
        words.push_back(label(history.keys[key]));
    const std::string last = words.back();
    words.pop_back();
    return words.empty() ? last : fmt::format("{} and {}", fmt::join(words, ", "), last);
}

std::string difference(const History& history, const Arrangement& from, const Arrangement& to) {
    return fmt::format("{}", fmt::join(steps(history, from, to), "; "));
}

std::string intention(const History& history, const Arrangement& from, const Arrangement& to) {
    return fmt::format("to {}", fmt::join(steps(history, from, to), "; to "));
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

std::string margin_words(Margin margin, const Policy& policy) {
    const bool publish = margin == Margin::publish;
    return fmt::format("{} ({})", publish ? "publish_safety" : "retire_safety",
                       format_duration(publish ? policy.publish_safety : policy.retire_safety));
}

}  // namespace kaspar::enforcer

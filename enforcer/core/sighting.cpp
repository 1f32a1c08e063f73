#include "enforcer/core/sighting.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspar::enforcer {

namespace {

bool has(const std::vector<Ds>& records, const Ds& wanted) {
    return std::find(records.begin(), records.end(), wanted) != records.end();
}

bool has_any_of(const std::vector<Ds>& records, const std::vector<Ds>& of_key) {
    return std::any_of(of_key.begin(), of_key.end(),
                       [&](const Ds& one) { return has(records, one); });
}

bool has_all_wanted(const std::vector<Ds>& records, const std::vector<Ds>& of_key,
                    const Policy& policy) {
    return std::all_of(of_key.begin(), of_key.end(), [&](const Ds& one) {
        const auto type = static_cast<DigestType>(one.digest_type);
        const auto& wanted = policy.ds_digests;
        return std::find(wanted.begin(), wanted.end(), type) == wanted.end() || has(records, one);
    });
}

/// "DS 12345 13 2 AB…" of which no key of the zone is known.
std::vector<const Ds*> strangers(const std::vector<Ds>& records, const DsOfKeys& known) {
    std::vector<const Ds*> found;
    for (const Ds& record : records)
        if (std::none_of(known.begin(), known.end(),
                         [&](const auto& of_key) { return has(of_key, record); }))
            found.push_back(&record);
    return found;
}

KeySet keys_where(const DsOfKeys& known, const auto& holds) {
    KeySet keys;
    for (KeyIndex key = 0; key < known.size(); ++key)
        if (holds(known[key]))
            keys.insert(key);
    return keys;
}

/// Of one server; a liar may have thousands.
constexpr std::size_t most_told = 3;

/// Takes one answer into the sighting. False if it has what nobody asked for.
bool take_answer(const ServerView& server, const DsOfKeys& known, const Policy& policy,
                 Sighting& sighting) {
    const auto& records = *server.ds;
    const KeySet any = keys_where(known, [&](const auto& key) { return has_any_of(records, key); });
    const KeySet all =
        keys_where(known, [&](const auto& key) { return has_all_wanted(records, key, policy); });
    sighting.everywhere = sighting.everywhere & all & any;
    sighting.nowhere = sighting.nowhere - any;
    const auto unknown = strangers(records, known);
    const bool only_strangers = any.empty() && !unknown.empty();
    if (!server.resolver && !only_strangers) {
        if (std::find(sighting.sets.begin(), sighting.sets.end(), any) == sighting.sets.end())
            sighting.sets.push_back(any);
        sighting.ttl = std::max(sighting.ttl, server.ttl);
    }
    for (const Ds* record : unknown)
        sighting.foreign.push_back(*record);
    for (std::size_t i = 0; i < std::min(unknown.size(), most_told); ++i)
        sighting.strangers.push_back(fmt::format(
            "{} has a DS that belongs to no key of the zone: {}{}; nothing is confirmed while it "
            "is there",
            server.server, unknown[i]->text(),
            i + 1 == most_told && unknown.size() > most_told
                ? fmt::format(" (and {} more)", unknown.size() - most_told)
                : ""));
    return unknown.empty();
}

/// Only silent servers may be passed over down to the policy's quorum; a resolver that validates
/// may not.
bool enough(std::span<const ServerView> servers, const Policy& policy) {
    std::size_t asked = 0, answered = 0;
    for (const ServerView& server : servers) {
        if (!server.ds && (server.resolver || !server.silent))
            return false;
        asked += server.resolver ? 0 : 1;
        answered += server.resolver || !server.ds ? 0 : 1;
    }
    const std::size_t needed = policy.parent_quorum ? *policy.parent_quorum : asked;
    return answered > 0 && answered >= std::min(needed, asked);
}

}  // namespace

Sighting judge(std::span<const ServerView> servers, const DsOfKeys& known, const Policy& policy) {
    Sighting sighting;
    sighting.everywhere = sighting.nowhere = keys_where(known, [](const auto&) { return true; });
    sighting.counts = enough(servers, policy);
    for (const ServerView& server : servers) {
        if (!server.ds)
            sighting.silences.push_back(fmt::format("{}: {}", server.server, server.trouble));
        else if (!take_answer(server, known, policy, sighting))
            sighting.counts = false;
    }
    return sighting;
}

ParentNews take_in(History& history, const Sighting& sighting, const Policy& policy, Time when) {
    ParentNews news;
    for (const KeySet set : sighting.sets)
        if (ds_found(history, set, policy, when))
            news.unforeseen.push_back(set);
    // What was seen before it was asked for says nothing of the request.
    if (!sighting.counts || (history.ds_asked && when < *history.ds_asked))
        return news;
    news.seen = ds_awaited(history) & sighting.everywhere;
    news.gone = ds_to_go(history) & sighting.nowhere;
    if (policy.confirm == ParentConfirmation::both) {
        news.seen = news.seen & history.said_seen;
        news.gone = news.gone & history.said_gone;
    }
    if (!news.seen.empty())
        ds_seen(history, news.seen, policy, when);
    if (!news.gone.empty())
        ds_gone(history, news.gone, policy, when);
    history.said_seen = history.said_seen - news.seen;
    history.said_gone = history.said_gone - news.gone;
    return news;
}

}  // namespace kaspar::enforcer

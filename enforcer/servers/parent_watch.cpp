#include "enforcer/servers/parent_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/core/words.h"
#include "enforcer/policy_book.h"

namespace kaspar::enforcer {

namespace {

/// A DS set that changed without having been asked for should not go unseen for longer.
constexpr Duration longest_unseen = std::chrono::days{1};

struct DueZone {
    Zone zone;
    Policy policy;
};

Result<std::vector<DueZone>> due_zones_with_policies(const Enforcement& with) {
    KASPAR_TRY(const auto ids, zones_to_ask_parent(with.database, with.now));
    std::vector<DueZone> due;
    for (const std::int64_t id : ids) {
        KASPAR_TRY(auto zone, find_zone(with.database, id));
        if (!zone)
            continue;
        KASPAR_TRY(Policy policy, policy_for(with.database, *zone));
        due.push_back({std::move(*zone), std::move(policy)});
    }
    return due;
}

/// Asked again later even if its own step fails meanwhile.
Outcome note_asked(const Enforcement& with, const DueZone& due, std::vector<ServerAnswer> answers) {
    KASPAR_CHECK(replace_answers(with.database, due.zone.id, std::move(answers),
                                 {ServerRole::parent, ServerRole::resolver}));
    return with.database.run("UPDATE zones SET flagged = 1, parent_due = ? WHERE id = ?",
                             {with.now + due.policy.parent_check_interval, due.zone.id});
}

std::size_t servers_that_answered(const std::vector<ServerAnswer>& answers) {
    return static_cast<std::size_t>(
        std::count_if(answers.begin(), answers.end(), [](const ServerAnswer& answer) {
            return answer.role == ServerRole::parent && answer.content;
        }));
}

Outcome note_confirmed(const Enforcement& with, const Zone& zone, const Remembered& remembered,
                       KeySet keys, std::string_view what, std::size_t servers) {
    if (keys.empty())
        return Done{};
    return note(with, zone, fmt::format("the DS of {} {}", tags(remembered.history, keys), what),
                fmt::format("by what {} of the parent's servers answer", servers));
}

}  // namespace

Outcome watch_parents(const Enforcement& with) {
    KASPAR_TRY(const auto due, due_zones_with_policies(with));
    if (due.empty())
        return Done{};
    std::vector<ZoneToAsk> asked;
    for (const DueZone& one : due)
        asked.push_back({one.zone, one.policy});
    auto answers = ask_parents(with, asked);
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    for (std::size_t i = 0; i < due.size(); ++i)
        KASPAR_CHECK(note_asked(with, due[i], std::move(answers[i])));
    return transaction.commit();
}

Outcome take_in_parent(const Enforcement& with, Zone& zone, Policy& policy,
                       Remembered& remembered) {
    if (policy.confirm == ParentConfirmation::manual)
        return Done{};
    KASPAR_TRY(auto answers, answers_about(with.database, zone.id));
    std::erase_if(answers, [&](const ServerAnswer& answer) { return answer.at != with.now; });
    const auto views = parent_views(answers);
    if (views.empty())
        return Done{};
    const Sighting sighting = judge(views, ds_of_keys(zone.name, remembered), policy);
    if (sighting.ttl > Duration{0})
        zone.parent_ttl = sighting.ttl;
    policy = as_seen(std::move(policy), zone);
    follow_policy(remembered.history, policy, with.now);
    const ParentNews news = take_in(remembered.history, sighting, policy, with.now);
    for (const KeySet set : news.unforeseen)
        KASPAR_CHECK(note(with, zone,
                          fmt::format("the parent serves DS {}, which nobody asked for",
                                      tags(remembered.history, set)),
                          "remembered as a set that caches may hold"));
    const std::size_t servers = servers_that_answered(answers);
    KASPAR_CHECK(note_confirmed(with, zone, remembered, news.seen, "is at the parent", servers));
    return note_confirmed(with, zone, remembered, news.gone, "is gone from the parent", servers);
}

std::optional<Time> next_parent_look(const std::optional<Time>& planned, const Policy& policy,
                                     const History& history, Time now) {
    const bool waits = !ds_awaited(history).empty() || !ds_to_go(history).empty();
    if (policy.confirm == ParentConfirmation::manual || (!waits && history.arrangement.ds.empty()))
        return std::nullopt;
    const Time next = now + (waits ? policy.parent_check_interval
                                   : std::max(policy.parent_check_interval, longest_unseen));
    return planned && *planned > now ? std::min(*planned, next) : next;
}

}  // namespace kaspar::enforcer

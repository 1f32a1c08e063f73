#include "enforcer/servers/parent_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "enforcer/core/words.h"
#include "enforcer/policy_book.h"

namespace kaspar::enforcer {

namespace {

/// A DS set that changed without having been asked for should not go unseen for longer.
constexpr Duration longest_unseen = std::chrono::days{1};

/// Answers are of the time when the last of them came.
constexpr Duration longest_asking = std::chrono::hours{1};

/// Asked again later even if its own step fails meanwhile.
Outcome note_asked(const Enforcement& with, const ZoneWithPolicy& due,
                   const std::vector<ServerAnswer>& answers) {
    KASPAR_CHECK(replace_answers(with.database, due.zone.id, answers,
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

/// Nobody caches longer, whatever a server says (RFC 8767 §4 speaks of days).
constexpr Duration longest_ttl = std::chrono::days{7};

/// A smaller one counts only if all servers were heard: the silent may serve the larger one yet.
Duration ttl_from_now(Duration before, const Sighting& sighting) {
    const Duration seen = std::min(sighting.ttl, longest_ttl);
    const bool smaller_counts = sighting.silences.empty() && seen > Duration{0};
    return smaller_counts ? seen : std::max(before, seen);
}

}  // namespace

Outcome watch_parents(const Enforcement& with) {
    KASPAR_TRY(const auto ids, zones_to_ask_parent(with.database, with.now));
    KASPAR_TRY(const auto due, with_policies(with.database, ids));
    if (due.empty())
        return Done{};
    std::vector<ZoneToAsk> asked;
    for (const ZoneWithPolicy& one : due)
        asked.push_back({one.zone, one.policy});
    const auto answers = ask_parents(with, asked);
    KASPAR_TRY(Transaction transaction, Transaction::begin(with.database));
    for (std::size_t i = 0; i < due.size(); ++i)
        KASPAR_CHECK(note_asked(with, due[i], answers[i]));
    return transaction.commit();
}

Outcome take_in_parent(const Enforcement& with, Zone& zone, Policy& policy,
                       Remembered& remembered) {
    if (policy.confirm == ParentConfirmation::manual)
        return Done{};
    KASPAR_TRY(auto answers, answers_about(with.database, zone.id));
    // Only those of this pass: older ones have acted, or came before what they would confirm; later
    // ones came when the clock stood ahead.
    std::erase_if(answers, [&](const ServerAnswer& answer) {
        return answer.at < with.now || answer.at > with.now + longest_asking;
    });
    const auto views = parent_views(answers);
    if (views.empty())
        return Done{};
    zone.parent_due.reset();  // to be planned anew
    const Sighting sighting = judge(views, ds_of_keys(zone.name, remembered), policy);
    zone.parent_ttl = ttl_from_now(zone.parent_ttl.value_or(Duration{0}), sighting);
    policy = as_seen(std::move(policy), zone);
    follow_policy(remembered.history, policy, with.now);
    const ParentNews news = take_in(remembered.history, sighting, policy, answers.front().at);
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
    if (policy.confirm == ParentConfirmation::manual || history.keys.empty())
        return std::nullopt;
    const bool leaving =
        std::any_of(history.ds.begin(), history.ds.end(),
                    [](const DsVersion& version) { return !version.window.open(); });
    Time next = now + (waits || leaving ? policy.parent_check_interval
                                        : std::max(policy.parent_check_interval, longest_unseen));
    // Where caches let go of something, a key may leave: the parent is looked at once more before.
    if (const auto end = next_end(history, policy, now))
        next = std::min(next, *end);
    return planned && *planned > now ? std::min(*planned, next) : next;
}

}  // namespace kaspar::enforcer

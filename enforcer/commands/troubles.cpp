#include "enforcer/commands/troubles.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "enforcer/commands/comparison.h"
#include "enforcer/core/words.h"
#include "enforcer/servers/zone_watch.h"

namespace kaspar::enforcer {

namespace {

/// A broken zone file has many errors, one a line; the first few tell a person what to mend.
constexpr std::size_t errors_shown = 3;

void add_errors(const std::string& zone, const std::vector<std::string>& errors,
                std::vector<std::string>& needs) {
    std::istringstream text(fmt::format("{}", fmt::join(errors, "\n")));
    std::size_t lines = 0;
    for (std::string line; std::getline(text, line); ++lines)
        if (lines < errors_shown)
            needs.push_back("signer: " + line);
    if (lines > errors_shown)
        needs.push_back(
            fmt::format("signer: … and {} more lines; `kaspar status {} --json` has all of "
                        "them, under last_run.errors",
                        lines - errors_shown, zone));
}

void add_run_troubles(const ZoneView& view, std::vector<std::string>& needs) {
    if (view.report_fault)
        needs.push_back(*view.report_fault);
    if (!view.report)
        return;
    const Run& run = view.report->last_run;
    if (run.held_input)
        needs.push_back(
            fmt::format("the new input lost most of its records and is held: look at "
                        "it, then `kaspar zone accept {}`",
                        view.name()));
    add_errors(view.name(), run.errors, needs);
    if (run.failing_since && *run.failing_since < run.at)
        needs.push_back(
            fmt::format("signer: it has failed since {}", to_rfc3339(*run.failing_since)));
    if (run.errors.empty() && run.outcome == RunOutcome::refused)
        needs.push_back("the signer refused to sign the zone");
}

/// A DS set of which no key signs the DNSKEY RRset makes the zone bogus for who asks that server.
void add_bogus_ds(const ZoneView& view, std::vector<std::string>& needs) {
    const Comparison compared = compare(view, view.answers);
    std::vector<Ds> good;
    for (const KeyIndex key : view.remembered.history.arrangement.dnskey_signers)
        for (const DigestFacts& digest : digest_types())
            good.push_back(
                make_ds(view.zone.name, *view.remembered.rows[key].dnskey, digest.number));
    for (const ServerView& server : compared.servers)
        if (server.ds && !server.ds->empty() &&
            std::none_of(server.ds->begin(), server.ds->end(), [&](const Ds& one) {
                return std::find(good.begin(), good.end(), one) != good.end();
            }))
            needs.push_back(
                fmt::format("parent: {} has no DS of a key that signs: resolvers that "
                            "ask it take the zone for bogus; `kaspar ds show {}` "
                            "tells what to submit at once",
                            server.server, view.name()));
}

/// A set that came to be known after the last request is none that was asked for.
void add_lost_ds(const ZoneView& view, std::vector<std::string>& needs) {
    const History& history = view.remembered.history;
    const KeySet awaited = ds_awaited(history);
    for (const DsVersion& version : history.ds)
        if (version.window.open() && history.ds_asked && version.window.since > *history.ds_asked &&
            !awaited.is_subset_of(version.keys)) {
            needs.push_back(fmt::format(
                "parent: since {} a server of it lacks DS {}, which it had; `kaspar ds check {}` "
                "tells which, `kaspar ds show {}` what to submit",
                to_rfc3339(version.window.since), tags(history, awaited - version.keys),
                view.name(), view.name()));
            return;
        }
}

/// Secondaries take minutes.
constexpr Duration longest_lag = std::chrono::hours{1};

void add_lasting_lag(const ZoneView& view, std::vector<std::string>& needs) {
    const std::string lag = lag_words(view.answers);
    if (lag.empty() || !view.report || !view.report->publication)
        return;
    const Publication& published = *view.report->publication;
    for (const ServerAnswer& answer : view.answers)
        if (answer.role == ServerRole::zone && !answer.trouble.empty() &&
            answer.at - view.zone.propagated_at.value_or(published.published) > longest_lag) {
            needs.push_back(
                fmt::format("servers of the zone do not serve what is published: {}; "
                            "`kaspar zone check {}`",
                            lag, view.name()));
            return;
        }
}

/// One failure may pass by itself.
constexpr unsigned tries_before_told = 3;

void add_failed_submissions(const ZoneView& view, std::vector<std::string>& needs) {
    for (const Submission& one : view.submissions)
        if (one.due && one.tries >= tries_before_told)
            needs.push_back(fmt::format(
                "{} has failed {} times since {}: {}; when it is mended, "
                "`kaspar ds submit {}`",
                word(one.way), one.tries, to_rfc3339(one.asked), one.trouble, view.name()));
}

/// A key that another store has, too, goes on signing from there.
bool needs_store(const ZoneView& view, const std::string& store) {
    const auto& rows = view.remembered.rows;
    return std::any_of(rows.begin(), rows.end(),
                       [&](const StoredKey& key) { return key.keystores == std::vector{store}; });
}

}  // namespace

std::optional<std::string> expiry_trouble(const ZoneView& view, Time now) {
    const auto expiry = view.first_expiry();
    if (expiry && *expiry <= now)
        return fmt::format(
            "signatures have expired since {}; run kaspar-signer and see what it says",
            to_rfc3339(*expiry));
    if (expiry && *expiry - now < view.expiry_warning)
        return fmt::format(
            "signatures expire in {} and are not renewed; run kaspar-signer and see what it says",
            brief(*expiry - now));
    return std::nullopt;
}

std::vector<std::string> other_troubles(const ZoneView& view) {
    std::vector<std::string> needs;
    if (view.zone.trouble)
        needs.push_back(*view.zone.trouble);
    add_run_troubles(view, needs);
    if (view.policy_fault)
        needs.push_back(fmt::format("policy {}: the file as it is now is not in force: {}",
                                    view.zone.policy, *view.policy_fault));
    for (std::string& words : compare(view, view.answers).sighting.strangers)
        needs.push_back("parent: " + std::move(words));
    add_bogus_ds(view, needs);
    add_lost_ds(view, needs);
    add_lasting_lag(view, needs);
    add_failed_submissions(view, needs);
    for (const Wait& wait : view.plan.waits)
        if (wait.on == Waiting::approval)
            needs.push_back(fmt::format("{}; `kaspar approve {}`", words_of(wait), view.name()));
        else if (wait.on == Waiting::clock || wait.on == Waiting::key_keeping)
            needs.push_back(words_of(wait));
    return needs;
}

std::vector<std::string> needs_a_person(const ZoneView& view, Time now) {
    std::vector<std::string> needs = other_troubles(view);
    if (auto expiry = expiry_trouble(view, now))
        needs.insert(needs.begin(), std::move(*expiry));
    return needs;
}

std::string words_of(const FailingKeyStore& store, std::span<const ZoneView> views, Time now) {
    const ZoneView* first = nullptr;
    for (const ZoneView& view : views)
        if (needs_store(view, store.name) && view.first_expiry() &&
            (first == nullptr || *view.first_expiry() < *first->first_expiry()))
            first = &view;
    std::string words = fmt::format("key store {} has not worked since {}: {}", store.name,
                                    to_rfc3339(store.since), store.words);
    if (first != nullptr)
        words += fmt::format("; without it the first signature expires in {} ({}, {})",
                             brief(*first->first_expiry() - now),
                             to_rfc3339(*first->first_expiry()), first->name());
    return words;
}

}  // namespace kaspar::enforcer

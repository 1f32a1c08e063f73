#include "enforcer/commands/view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <sstream>

#include "enforcer/commands/comparison.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/core/words.h"
#include "enforcer/key_reserve.h"
#include "enforcer/report_intake.h"
#include "enforcer/servers/zone_watch.h"
#include "enforcer/state_changes.h"

namespace kaspar::enforcer {

namespace {

Json tags_of(const Remembered& remembered, KeySet keys) {
    Json tags = Json::array();
    for (const KeyIndex key : keys)
        tags.push_back(remembered.history.keys[key].tag);
    return tags;
}

Json wait_json(const ZoneView& view, const Wait& wait) {
    const auto command = commands_for(wait, view.remembered.history, view.policy, view.name());
    return {{"what", wait.what},
            {"why", wait.why},
            {"on", word(wait.on)},
            {"until", json_time(wait.until)},
            {"command", command.empty() ? Json() : Json(command)},
            {"keys", tags_of(view.remembered, wait.keys)}};
}

Json key_json(const ZoneView& view, KeyIndex index, Time now) {
    const Key& key = view.remembered.history.keys[index];
    const KeyStates states = key_states(view.remembered.history, index, view.policy, now);
    const auto waits = waiting(view, index);
    return {{"tag", key.tag},
            {"role", word(key.role)},
            {"algorithm", facts(key.algorithm).mnemonic},
            {"bits", key.bits},
            {"goal", goal_word(key.wanted, key.standby)},
            {"ds", word(states.ds)},
            {"dnskey", word(states.dnskey)},
            {"dnskey_signature", word(states.dnskey_signature)},
            {"zone_signatures", word(states.zone_signatures)},
            {"waiting", waits ? Json(*waits) : Json()},
            {"created", to_rfc3339(key.created)},
            {"active_since", json_time(key.active_since)},
            {"fingerprint", view.remembered.rows[index].dnskey->key.fingerprint()}};
}

Json parent_json(const ZoneView& view) {
    const Comparison compared = compare(view, view.answers);
    return compared.servers.empty() ? Json() : to_json(compared);
}

Json to_json(const std::vector<Submission>& submissions) {
    Json list = Json::array();
    for (const Submission& one : submissions)
        list.push_back({{"way", word(one.way)},
                        {"asked", to_rfc3339(one.asked)},
                        {"tries", one.tries},
                        {"next_try", json_time(one.due)},
                        {"done", json_time(one.done)},
                        {"trouble", one.trouble.empty() ? Json() : Json(one.trouble)}});
    return list;
}

Json run_json(const ZoneView& view) {
    if (!view.report)
        return {};
    const Run& run = view.report->last_run;
    return {{"outcome", word(run.outcome)},
            {"failing_since", json_time(run.failing_since)},
            {"at", to_rfc3339(run.at)},
            {"generation", run.generation},
            {"errors", run.errors},
            {"warnings", run.warnings},
            {"held_input", run.held_input ? Json(*run.held_input) : Json()}};
}

std::optional<Time> next_event(const Enforcement& with, const Zone& zone) {
    if (zone.flagged || report_is_new(with.configuration, zone.name, zone.report))
        return with.now;
    return zone.next_event;
}

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
            answer.at - view.zone.spread_at.value_or(published.published) > longest_lag) {
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

/// A policy that is in force, and why its file as it is now is not.
struct PolicyView {
    Policy policy;
    std::optional<std::string> fault;
};

Result<PolicyView> view_policy(Database& database, const std::string& name) {
    PolicyView view;
    KASPAR_TRY(view.policy, policy_in_force(database, name));
    KASPAR_TRY(const auto stored, find_policy(database, name));
    if (stored)
        view.fault = stored->fault;
    return view;
}

/// The zone's servers that the policy has watched and that lag behind hold up every move.
void add_lag(ZoneView& view) {
    if (!view.report || !view.report->publication)
        return;
    const Publication& published = *view.report->publication;
    if (is_spread(view.zone, view.policy, published))
        return;
    const std::string lag = lag_words(view.answers);
    for (Wait& wait : view.plan.waits)  // it has done its part; only they have not
        if (wait.on == Waiting::signer)
            wait.on = Waiting::servers;
    view.plan.waits.push_back(
        {{},
         fmt::format("serial {} to be served by all servers of the zone", published.serial),
         lag.empty() ? "they are asked at the enforcer's next pass" : lag,
         Waiting::servers,
         {}});
}

void set_thresholds(ZoneView& view, const HealthThresholds& health) {
    const Duration refresh = view.policy.signatures.refresh;
    view.expiry_warning = health.expiry_warning.value_or(refresh / 2);
    view.expiry_critical =
        health.expiry_critical.value_or(std::min(refresh / 4, view.expiry_warning));
}

Result<ZoneView> view_with(const Enforcement& with, const Zone& zone, const PolicyView& policy) {
    ZoneView view;
    view.zone = zone;
    view.policy = as_seen(policy.policy, zone);
    view.policy_fault = policy.fault;
    set_thresholds(view, with.configuration.health);
    auto remembered = load_history(with.database, zone);
    if (remembered.ok()) {
        view.remembered = std::move(*remembered);
        KASPAR_TRY(view.remembered.history.pending, pending_keys(with, zone, view.policy));
        view.plan = plan(view.remembered.history, view.policy, with.now);
    } else {
        view.history_fault = remembered.fault().words;  // one bad zone hides no other
        view.zone.trouble = view.history_fault;
    }
    auto report = read_report(with.configuration, zone.name);
    if (!report.ok())
        view.report_fault = report.fault().words;
    else if (*report)
        view.report = std::move((*report)->report);
    view.next_event = next_event(with, zone);
    KASPAR_TRY(view.answers, answers_about(with.database, zone.id));
    KASPAR_TRY(view.submissions, submissions_of(with.database, zone.id));
    add_lag(view);
    return view;
}

}  // namespace

std::optional<Time> ZoneView::first_expiry() const {
    return report && report->publication ? report->publication->first_expiry : std::nullopt;
}

std::optional<std::uint32_t> ZoneView::serial() const {
    if (!report || !report->publication)
        return std::nullopt;
    return report->publication->serial;
}

Result<ZoneView> view_zone(const Enforcement& with, const Zone& zone) {
    KASPAR_TRY(const auto policy, view_policy(with.database, zone.policy));
    return view_with(with, zone, policy);
}

Result<std::vector<ZoneView>> view_all(const Enforcement& with) {
    std::vector<ZoneView> views;
    KASPAR_CHECK(visit_all(with, [&](ZoneView view) { views.push_back(std::move(view)); }));
    return views;
}

// Thousands of zones have few policies: each is read once.
Outcome visit_all(const Enforcement& with, const std::function<void(ZoneView)>& visit) {
    std::map<std::string, PolicyView> policies;
    KASPAR_TRY(const auto all, zones(with.database));
    for (const Zone& zone : all) {
        if (!policies.contains(zone.policy)) {
            KASPAR_TRY(policies[zone.policy], view_policy(with.database, zone.policy));
        }
        KASPAR_TRY(ZoneView view, view_with(with, zone, policies[zone.policy]));
        visit(std::move(view));
    }
    return Done{};
}

Result<ZoneView> view_records(const Enforcement& with, const Zone& zone) {
    KASPAR_TRY(ZoneView view, view_zone(with, zone));
    if (view.history_fault)
        return Fault{FaultClass::state, *view.history_fault};
    return view;
}

Json to_json(const ZoneView& view, Time now) {
    const History& history = view.remembered.history;
    Json keys = Json::array(), waits = Json::array();
    for (const KeyIndex key : in_order(view.remembered))
        keys.push_back(key_json(view, key, now));
    for (const Wait& wait : view.plan.waits)
        waits.push_back(wait_json(view, wait));
    const auto serial = view.serial();
    const bool published = view.report && view.report->publication;
    return {
        {"name", view.name()},
        {"policy", view.zone.policy},
        {"serial", serial ? Json(*serial) : Json()},
        {"first_expiry", json_time(view.first_expiry())},
        {"next_event", json_time(view.next_event)},
        {"generation", history.generation},
        {"published_generation", published ? Json(view.report->publication->generation) : Json()},
        {"published", published ? Json(to_rfc3339(view.report->publication->published)) : Json()},
        {"last_run", run_json(view)},
        {"paused", history.paused},
        {"trouble", view.zone.trouble ? Json(*view.zone.trouble) : Json()},
        {"policy_fault", view.policy_fault ? Json(*view.policy_fault) : Json()},
        {"needs_a_person", needs_a_person(view, now)},
        {"ds_awaited", tags_of(view.remembered, ds_awaited(history))},
        {"ds_to_go", tags_of(view.remembered, ds_to_go(history))},
        {"parent", parent_json(view)},
        {"servers", to_json(view.answers)},
        {"submissions", to_json(view.submissions)},
        {"waits", waits},
        {"keys", keys}};
}

Json to_json(const std::vector<ServerAnswer>& answers) {
    Json servers = Json::array();
    for (const ServerAnswer& answer : answers)
        if (answer.role == ServerRole::zone)
            servers.push_back({{"server", answer.server},
                               {"serial", answer.content ? Json(*answer.content) : Json()},
                               {"trouble", answer.trouble.empty() ? Json() : Json(answer.trouble)},
                               {"since", to_rfc3339(answer.since)}});
    return servers;
}

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

std::vector<std::string> waits_for_parent(const ZoneView& view) {
    std::vector<std::string> waits;
    for (const Wait& wait : view.plan.waits)
        if (wait.on == Waiting::parent)
            waits.push_back(words_of(wait));
    return waits;
}

std::optional<std::string> waiting(const ZoneView& view, KeyIndex key) {
    for (const Wait& wait : view.plan.waits)
        if (wait.keys.contains(key))
            return words_of(wait);
    return std::nullopt;
}

std::string words_of(const Wait& wait) {
    if (wait.until && wait.next)
        return fmt::format("{}, safe from {} on ({})", wait.what, to_rfc3339(*wait.until),
                           wait.why);
    if (wait.until)
        return fmt::format("{} ({}; until {})", wait.what, wait.why, to_rfc3339(*wait.until));
    if (wait.next && wait.on == Waiting::signer)
        return fmt::format("{}, once the signer has reported ({})", wait.what, wait.why);
    if (wait.next && wait.on == Waiting::parent)
        return fmt::format("{}, once the parent has answered ({})", wait.what, wait.why);
    return fmt::format("{} ({})", wait.what, wait.why);
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

Json json_time(const std::optional<Time>& time) {
    return time ? Json(to_rfc3339(*time)) : Json();
}

std::string brief(Duration duration) {
    using std::chrono::hours, std::chrono::minutes, std::chrono::days;
    if (duration < Duration{0})
        return "-" + brief(-duration);
    if (duration >= days{1})
        return format_duration(std::chrono::floor<hours>(duration));
    if (duration >= hours{1})
        return format_duration(std::chrono::floor<minutes>(duration));
    return format_duration(duration);
}

std::string condition(const StoredKey& key, const Configuration& configuration) {
    if (key.progress == KeyProgress::generating && key.dnskey)
        return "to be copied";
    if (key.progress != KeyProgress::ready)
        return std::string(word(key.progress));
    if (key.out_of_use_since)
        return "out of use";
    if (key.reserved)
        return awaits_backup(configuration, key) ? "to be backed up" : "made ahead";
    return !key.wanted ? "leaves" : key.standby ? "standby" : "in use";
}

std::vector<KeyIndex> in_order(const Remembered& remembered) {
    std::vector<KeyIndex> order(remembered.rows.size());
    std::iota(order.begin(), order.end(), KeyIndex{0});
    std::stable_sort(order.begin(), order.end(), [&](KeyIndex a, KeyIndex b) {
        return remembered.rows[a].role < remembered.rows[b].role;
    });
    return order;
}

}  // namespace kaspar::enforcer

#include "enforcer/commands/comparison.h"
#include "enforcer/commands/outlook.h"
#include "enforcer/commands/troubles.h"
#include "enforcer/commands/view.h"
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
            {"since", json_time(waiting_since(view, wait))},
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

}  // namespace

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

}  // namespace kaspar::enforcer

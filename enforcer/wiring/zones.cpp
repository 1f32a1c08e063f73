#include "enforcer/wiring/invocation.h"

namespace kaspar::enforcer {

namespace {

void wire_zone_changes(CLI::App& zone, Invocation& asked) {
    CLI::App* add = verb(zone, asked, "add", "have a zone signed");
    add->add_option("--policy", asked.policy, "its policy's name")->required();
    add->add_option("--input", asked.input, "its unsigned zone file")->required();
    add->add_option("--output", asked.output, "where the signed zone goes")->required();
    asked.in_session(add, [&](Session& session) {
        return zone_add(session, {asked.zone, asked.policy, asked.input, asked.output});
    });

    CLI::App* remove = verb(zone, asked, "remove", "have a zone signed no more; keeps its keys");
    remove->add_flag("--force", asked.force, "though the parent may have a DS");
    remove->add_flag("--purge-keys", asked.purge, "destroy its keys for good");
    asked.in_session(remove, [&](Session& session) {
        return zone_remove(session, asked.zone, asked.force, asked.purge);
    });

    CLI::App* confirm = verb(zone, asked, "confirm",
                             "after `kaspar restore`: say what is published, so that it goes on");
    confirm->add_option("--dnskey", asked.dnskey, "the tags of its DNSKEYs, or none")->required();
    confirm->add_option("--ds", asked.ds, "the tags of its DS at the parent, or none")->required();
    asked.in_session(confirm, [&](Session& session) {
        return zone_confirm(session, asked.zone, asked.dnskey, asked.ds);
    });

    CLI::App* set_policy = verb(zone, asked, "set-policy", "give a zone another policy");
    set_policy->add_option("POLICY", asked.policy, "the policy's name")->required();
    asked.in_session(set_policy, [&](Session& session) {
        return zone_set_policy(session, asked.zone, asked.policy);
    });
}

}  // namespace

void wire_zone(CLI::App& app, Invocation& asked) {
    CLI::App& zone = *noun(app, "zone", "the zones that Kaspar signs");
    wire_zone_changes(zone, asked);
    asked.in_session(zone.add_subcommand("list", "list them"), zone_list);
    asked.in_session(verb(zone, asked, "show", "show one"),
                     [&](Session& session) { return zone_show(session, asked.zone); });
    asked.in_session(verb(zone, asked, "check", "ask its own servers whether they serve it"),
                     [&](Session& session) { return zone_check(session, asked.zone); });
    asked.in_session(verb(zone, asked, "accept", "accept an input that is held for review"),
                     [&](Session& session) { return zone_accept(session, asked.zone); });
    asked.in_session(verb(zone, asked, "pause", "stop rollovers; signatures go on being renewed"),
                     [&](Session& session) { return zone_pause(session, asked.zone, true); });
    asked.in_session(verb(zone, asked, "resume", "let rollovers go on"),
                     [&](Session& session) { return zone_pause(session, asked.zone, false); });
}

void wire_policy(CLI::App& app, Invocation& asked) {
    CLI::App& policy = *noun(app, "policy", "key and signing policies");
    asked.in_session(policy.add_subcommand("list", "list them"), policy_list);

    CLI::App* show = policy.add_subcommand("show", "show one with all its defaults");
    show->add_option("POLICY", asked.policy, "its name")->required();
    asked.in_session(show, [&](Session& session) { return policy_show(session, asked.policy); });

    CLI::App* diff = policy.add_subcommand(
        "diff", "what an edited file would do to each zone of a policy, and when; changes nothing");
    diff->add_option("POLICY", asked.policy, "the policy's name")->required();
    diff->add_option("FILE", asked.file, "the edited policy; not taken in")->required();
    asked.in_session(
        diff, [&](Session& session) { return policy_diff(session, asked.policy, asked.file); });

    CLI::App* check = policy.add_subcommand("check", "tell everything wrong with a policy file");
    check->add_option("FILE", asked.file, "the file")->required();
    check->callback(
        [&] { asked.run = [&] { return policy_check(asked.file, asked.common.json); }; });
}

void wire_ds(CLI::App& app, Invocation& asked) {
    CLI::App& ds = *noun(app, "ds", "the DS records at the parent");
    asked.in_session(verb(ds, asked, "show", "the records that the parent should have now"),
                     [&](Session& session) { return ds_show(session, asked.zone); });
    asked.in_session(verb(ds, asked, "check", "ask the parent's servers, and compare"),
                     [&](Session& session) { return ds_check(session, asked.zone); });
    asked.in_session(verb(ds, asked, "submit", "tell the parent (again), as the policy says how"),
                     [&](Session& session) { return ds_submit(session, asked.zone); });
    CLI::App* signal = verb(ds, asked, "signal", "print signalling records (RFC 9615)");
    signal->add_option("--ns", asked.servers, "a name server of the zone, outside of it")
        ->required();
    asked.in_session(
        signal, [&](Session& session) { return ds_signal(session, asked.zone, asked.servers); });
    CLI::App* seen = verb(ds, asked, "seen", "say that the parent has them");
    seen->add_option("--key", asked.tag, "only this key's, by its tag");
    asked.in_session(seen,
                     [&](Session& session) { return ds_is_seen(session, asked.zone, asked.tag); });
    CLI::App* gone = verb(ds, asked, "gone", "say that the parent no longer has them");
    gone->add_option("--key", asked.tag, "only this key's, by its tag");
    asked.in_session(gone,
                     [&](Session& session) { return ds_is_gone(session, asked.zone, asked.tag); });
}

}  // namespace kaspar::enforcer

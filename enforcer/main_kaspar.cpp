// `kaspar`: what a person types. Only the wiring of the command line to the commands.

#include <CLI/CLI.hpp>
#include <functional>

#include "common/manual/pages.h"
#include "enforcer/commands/command_line.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/completion.h"
#include "enforcer/kept_head.h"
#include "enforcer/policy/fields.h"

using namespace kaspar;
using namespace kaspar::enforcer;

namespace {

/// What the command line asks for.
struct Invocation {
    CommonOptions common;
    std::function<Ending()> run;

    std::string zone, policy, input, output, folder, file, shell;
    std::string test_length = "15m";
    std::optional<std::uint16_t> tag;
    KeyRoll roll;
    KeysAhead ahead;
    KeyToImport import;
    KeyExport to_export;
    KeyStoreBench bench;
    std::optional<std::string> store;
    std::vector<std::string> servers;
    ForecastWish forecast;
    ReportWish report;
    std::size_t limit = 1000;
    std::optional<std::string> head, metrics_file;
    bool sandbox = false, force = false, purge = false, retry = false, verify = false;
    bool nagios = false, test_alert = false, end_test_alert = false;
    bool with_secrets = false, check = false, outside = false, configured = false;
    std::string dnskey, ds;

    std::optional<std::string> zone_if_given() const {
        return zone.empty() ? std::nullopt : std::optional(zone);
    }

    Ending work(const std::function<Ending(Session&)>& command) const {
        KASPAR_TRY(const auto session, Session::open(common));
        Ending ending = command(*session);
        // The next pass tells if it cannot be kept.
        (void)keep_head(session->configuration(), session->database());
        return ending;
    }

    /// Has `command` work in a session.
    void in_session(CLI::App* app, std::function<Ending(Session&)> command) {
        app->callback([this, command = std::move(command)] {
            run = [this, command] { return work(command); };
        });
    }
};

CLI::App* noun(CLI::App& app, const std::string& name, const std::string& what) {
    CLI::App* group = app.add_subcommand(name, what);
    group->require_subcommand(1);
    return group;
}

CLI::App* verb(CLI::App& group, Invocation& asked, const std::string& name,
               const std::string& what) {
    CLI::App* command = group.add_subcommand(name, what);
    command->add_option("NAME", asked.zone, "the zone")->required();
    return command;
}

void wire_init(CLI::App& app, Invocation& asked) {
    CLI::App* command = app.add_subcommand("init", "make a working set-up under DIR");
    command->add_option("DIR", asked.folder, "the folder; made if need be")->required();
    CLI::Option* sandbox =
        command->add_flag("--sandbox", asked.sandbox, "allow --at, the simulated clock");
    command
        ->add_flag("--configured", asked.configured,
                   "DIR has a kaspar.json: make what it names and is missing")
        ->excludes(sandbox);
    command->callback([&] {
        asked.run = [&] {
            return asked.configured ? init_configured(asked.folder)
                                    : init(asked.folder, asked.sandbox);
        };
    });
}

void wire_backups(CLI::App& app, Invocation& asked) {
    CLI::App* make = app.add_subcommand(
        "backup", "the whole state in one archive, consistent while the programs run");
    make->add_option("FILE", asked.file, "the archive; replaced if it is there")->required();
    CLI::Option* secrets = make->add_flag(
        "--with-secrets", asked.with_secrets,
        "passphrases, PINs and the enforcer's key too: whoever reads the file has the keys");
    make->add_flag("--check", asked.check, "make none; read FILE and tell whether it is good")
        ->excludes(secrets);
    make->callback([&] {
        asked.run = [&]() -> Ending {
            if (asked.check)
                return check_backup(asked.file, asked.common.json);
            KASPAR_TRY(const auto session, Session::open(asked.common));
            return backup(*session, asked.file, asked.with_secrets);
        };
    });

    CLI::App* back = app.add_subcommand("restore", "put a backup back into an empty folder");
    back->add_option("FILE", asked.file, "the archive")->required();
    back->add_option("DIR", asked.folder, "the folder of kaspar.json; made if need be")->required();
    back->add_flag("--outside", asked.outside,
                   "also where kaspar.json names folders outside of DIR");
    back->callback([&] {
        asked.run = [&]() -> Ending {
            return restore({asked.file, asked.folder, asked.outside, Clock::system().now()});
        };
    });
}

void wire_database(CLI::App& app, Invocation& asked) {
    CLI::App& database = *noun(app, "database", "the enforcer's memory");
    database
        .add_subcommand("upgrade",
                        "bring it up to this version of Kaspar; a copy from before stays beside it")
        ->callback([&] { asked.run = [&] { return database_upgrade(asked.common); }; });
}

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

void wire_key_roll(CLI::App& key, Invocation& asked) {
    CLI::App* roll = key.add_subcommand("roll", "replace a key now, or take that back");
    KeyRoll& how = asked.roll;
    roll->add_option("NAME", how.zone, "the zone");
    roll->add_option("--policy", how.policy, "all zones of this policy");
    roll->add_option("--role", how.role, "ksk, zsk or csk")->required();
    CLI::Option* abort = roll->add_flag("--abort", how.abort, "go back to the key before");
    CLI::Option* emergency = roll->add_flag(
        "--emergency", how.emergency,
        "others may know the key: by the shortest safe sequence, without margins or approval");
    roll->add_option("--key", how.tag, "only the key with this tag")->needs(emergency);
    roll->add_option("--unsafe", how.unsafe,
                     "ZONE again: shorter still; resolvers with old records may fail")
        ->needs(emergency);
    roll->add_flag("--dry-run", how.dry_run, "only show what would happen, and when");
    abort->excludes(emergency);
    asked.in_session(roll, [&](Session& session) { return key_roll(session, how); });
}

void wire_backup(CLI::App& key, Invocation& asked) {
    CLI::App& backup = *noun(key, "backup", "which keys are in a backup of their key store");
    for (const auto& [name, what] :
         {std::pair("prepare", "say that a backup is to be made now of the keys that there are"),
          std::pair("commit", "say that it is made; its keys may be used"),
          std::pair("rollback", "say that it was not made")}) {
        CLI::App* step = backup.add_subcommand(name, what);
        step->add_option("STORE", asked.store,
                         "the key store; all that require backups if left out");
        asked.in_session(step, [&asked, verb = std::string(name)](Session& session) {
            return key_backup(session, verb, asked.store);
        });
    }
}

void wire_key_ahead(CLI::App& key, Invocation& asked) {
    CLI::App* generate = key.add_subcommand("generate", "make keys ahead, for rolls to come");
    generate->add_option("NAME", asked.ahead.zone, "the zone");
    generate->add_option("--policy", asked.ahead.policy, "all zones of this policy");
    generate->add_option("--role", asked.ahead.role, "ksk, zsk or csk")->required();
    generate->add_option("--rolls", asked.ahead.rolls, "for so many rolls")
        ->check(CLI::Range(1, 1000));
    generate->add_option("--period", asked.ahead.period, "for the rolls of a time: 2y");
    asked.in_session(generate,
                     [&](Session& session) { return key_generate(session, asked.ahead); });

    CLI::App* import = key.add_subcommand("import", "take a key that its store has already");
    import->add_option("NAME", asked.import.zone, "the zone")->required();
    import->add_option("--role", asked.import.role, "ksk, zsk or csk")->required();
    import->add_option("--keystore", asked.import.keystore, "the store that has it")->required();
    import->add_option("--id", asked.import.id, "its CKA_ID, or its file's name, in hexadecimal")
        ->required();
    import->add_option("--algorithm", asked.import.algorithm, "where the policy names several");
    asked.in_session(import, [&](Session& session) { return key_import(session, asked.import); });

    CLI::App* give = key.add_subcommand("export", "print the public halves of keys");
    give->add_option("NAME", asked.to_export.zone, "the zone")->required();
    give->add_option("--key", asked.to_export.tag, "only the key with this tag");
    give->add_option("--form", asked.to_export.form, "dnskey, ds, or bind (as dnssec-keygen)")
        ->check(CLI::IsMember({"dnskey", "ds", "bind"}))
        ->capture_default_str();
    give->add_option("--folder", asked.to_export.folder, "with bind: write K….key files there");
    asked.in_session(give, [&](Session& session) { return key_export(session, asked.to_export); });
    wire_backup(key, asked);
}

void wire_key(CLI::App& app, Invocation& asked) {
    CLI::App& key = *noun(app, "key", "the keys of zones");
    CLI::App* list = key.add_subcommand("list", "list them, of all zones or of one");
    list->add_option("NAME", asked.zone, "the zone");
    asked.in_session(list,
                     [&](Session& session) { return key_list(session, asked.zone_if_given()); });

    wire_key_roll(key, asked);
    wire_key_ahead(key, asked);
    CLI::App* retire = verb(key, asked, "retire", "have one key leave");
    retire->add_option("--key", asked.tag, "its tag")->required();
    asked.in_session(retire,
                     [&](Session& session) { return key_retire(session, asked.zone, *asked.tag); });
    CLI::App* purge = verb(key, asked, "purge", "destroy keys that are out of use, now");
    purge->add_option("--key", asked.tag, "only the key with this tag");
    asked.in_session(purge,
                     [&](Session& session) { return key_purge(session, asked.zone, asked.tag); });
}

void wire_keystore(CLI::App& app, Invocation& asked) {
    CLI::App& keystore = *noun(app, "keystore", "the places that hold private keys");
    asked.in_session(keystore.add_subcommand("list", "whether they work, and what they hold"),
                     keystore_list);
    CLI::App* test = keystore.add_subcommand("test", "have a key sign a nonce");
    test->add_option("STORE", asked.store, "the key store; all if left out");
    test->add_flag(
        "--retry", asked.retry,
        "try a PIN that was refused once more; a token locks itself after a few wrong ones");
    asked.in_session(
        test, [&](Session& session) { return keystore_test(session, asked.store, asked.retry); });
    CLI::App* keys = keystore.add_subcommand("keys", "every key in one, and whose it is");
    keys->add_option("STORE", asked.bench.store, "the key store")->required();
    asked.in_session(keys,
                     [&](Session& session) { return keystore_keys(session, asked.bench.store); });
    CLI::App* bench = keystore.add_subcommand(
        "bench", "signatures per second with 1, 2, 4 … sessions, by a key made for it");
    bench->add_option("STORE", asked.bench.store, "the key store")->required();
    bench->add_option("--sessions", asked.bench.most, "up to so many; else as configured")
        ->check(CLI::Range(1, 64));
    bench->add_option("--algorithm", asked.bench.algorithm, "of the key")->capture_default_str();
    asked.in_session(bench, [&](Session& session) { return keystore_bench(session, asked.bench); });
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

void wire_foresight(CLI::App& app, Invocation& asked) {
    asked.in_session(verb(app, asked, "explain",
                          "for every record not yet where it should be: what holds it, until when, "
                          "and who must act"),
                     [&](Session& session) { return explain(session, asked.zone); });

    CLI::App* foretell =
        app.add_subcommand("forecast", "the events to come, if all others do their part at once");
    ForecastWish& wish = asked.forecast;
    foretell->add_option("NAME", asked.zone, "the zone; with --ics all if left out");
    CLI::Option* ics = foretell->add_flag("--ics", wish.as_calendar,
                                          "a calendar (iCalendar) of what needs a person");
    foretell
        ->add_option(
            "--svg", wish.drawing,
            "draw each key's records, past and to come, into this file; - is standard output")
        ->excludes(ics);
    foretell->add_option(
        "--until", wish.until,
        "a time (2027-01-01T00:00:00Z) or a duration (90d, 2y); if left out: until "
        "all rolls under way and the one after them have ended, at most a year");
    foretell->add_flag("--all-states", wish.all_states,
                       "also every change of a record's state and of a key's goal");
    foretell->add_flag("--without-ds", wish.without_parent, "no DS change is ever confirmed");
    foretell->add_flag("--without-approval", wish.without_approval, "nothing is ever approved");
    asked.in_session(foretell, [&](Session& session) -> Ending {
        if (asked.zone.empty() && !wish.as_calendar)
            return Fault{FaultClass::usage, "forecast: NAME is required, but with --ics"};
        wish.zone = asked.zone;
        return forecast(session, wish);
    });
}

void wire_report(CLI::App& app, Invocation& asked) {
    CLI::App* write = app.add_subcommand(
        "report",
        "a page to look at: timelines, keys, forecast and log of one zone or of all; of more than "
        "200 zones all are in its overview, and the 200 most urgent have a chapter");
    write->add_option("NAME", asked.report.zone, "the zone; all if left out");
    write->add_option("--html", asked.report.file, "the file to write; - is standard output")
        ->required();
    asked.in_session(write, [&](Session& session) { return report(session, asked.report); });
}

void wire_log(CLI::App& app, Invocation& asked) {
    CLI::App* log = app.add_subcommand("log", "the recorded moves");
    CLI::Option* zone = log->add_option("NAME", asked.zone, "the zone; all if left out");
    log->add_option("--limit", asked.limit, "the latest so many")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    CLI::Option* verify = log->add_flag(
        "--verify", asked.verify,
        "look whether any event was edited, removed or put in. Events are chained by hashes; who "
        "can write the whole database can chain them anew, which shows only against a head that "
        "was kept elsewhere (--head; the enforcer's log tells it after each pass)");
    log->add_option("--head", asked.head, "NUMBER:HASH that --verify showed earlier")
        ->needs(verify);
    verify->excludes(zone);
    asked.in_session(log, [&](Session& session) {
        return asked.verify ? verify_log(session, asked.head)
                            : show_log(session, asked.zone_if_given(), asked.limit);
    });
}

Ending asked_of_health(const Invocation& asked) {
    if (asked.nagios)
        return nagios_health(asked.common);
    return asked.work([&](Session& session) {
        return asked.test_alert       ? health_test_alert(session, asked.test_length)
               : asked.end_test_alert ? health_end_test_alert(session)
                                      : health(session);
    });
}

void wire_health(CLI::App& app, Invocation& asked) {
    CLI::App* command =
        app.add_subcommand("health", "for a monitor: exit status 0 good, 1 needs a person");
    CLI::Option* nagios = command->add_flag(
        "--nagios", asked.nagios,
        "as a Nagios or Icinga plugin: one status line with performance data, exit status 0 to 3");
    CLI::Option* raise = command->add_flag(
        "--test-alert", asked.test_alert,
        "raise an alert that says that it is a test, to see that alerts arrive; it ends by itself");
    command->add_option("--for", asked.test_length, "how long")
        ->needs(raise)
        ->capture_default_str();
    CLI::Option* end = command->add_flag("--end-test-alert", asked.end_test_alert, "end it now");
    nagios->excludes(raise)->excludes(end);
    raise->excludes(end);
    command->callback([&] { asked.run = [&] { return asked_of_health(asked); }; });
}

void wire_metrics(CLI::App& app, Invocation& asked) {
    CLI::App* command = app.add_subcommand(
        "metrics", "for Prometheus; \"metrics\" in kaspar.json has the enforcer publish them");
    command->add_option("--file", asked.metrics_file,
                        "write them there, whole, for the node exporter's textfile collector");
    asked.in_session(command,
                     [&](Session& session) { return metrics(session, asked.metrics_file); });
}

void wire_views(CLI::App& app, Invocation& asked) {
    CLI::App* show = app.add_subcommand(
        "status", "time to first expiry, keys and their states, what waits for whom");
    show->add_option("NAME", asked.zone, "the zone; all if left out");
    asked.in_session(show,
                     [&](Session& session) { return status(session, asked.zone_if_given()); });

    wire_log(app, asked);
    wire_health(app, asked);
    wire_metrics(app, asked);
    asked.in_session(verb(app, asked, "approve", "approve the roll that waits for a person"),
                     [&](Session& session) { return approve(session, asked.zone); });

    CLI::App* completion = app.add_subcommand("completion", "print a shell's completion script");
    completion->add_option("SHELL", asked.shell, "bash or zsh")->required();
    completion->callback([&] {
        asked.run = [&]() -> Ending {
            KASPAR_TRY(const std::string script, completion_script(app, asked.shell));
            print(script);
            return ExitStatus::done;
        };
    });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Kaspar keeps DNSSEC zones signed by policy.", "kaspar");
    Invocation asked;
    add_common_options(app, asked.common);
    app.require_subcommand(1);
    wire_init(app, asked);
    wire_backups(app, asked);
    wire_database(app, asked);
    wire_zone(app, asked);
    wire_policy(app, asked);
    wire_views(app, asked);
    wire_foresight(app, asked);
    wire_report(app, asked);
    wire_key(app, asked);
    wire_ds(app, asked);
    wire_keystore(app, asked);
    add_manual_option(
        app,
        {{"kaspar", [&] { return manual_page(pages::kaspar, app); }},
         {"kaspar.json", [] { return manual_page(pages::configuration, configuration_parts()); }},
         {"kaspar-policy", [] { return manual_page(pages::policy, policy_kind().parts); }}});
    if (const auto status = parse_command_line(app, argc, argv))
        return static_cast<int>(*status);
    return finish(asked.run(), "kaspar");
}

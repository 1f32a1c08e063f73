#include "enforcer/wiring/invocation.h"

namespace kaspar::enforcer {

namespace {

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

}  // namespace

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

}  // namespace kaspar::enforcer

// What `kaspar` does, a function a command; main_kaspar.cpp only wires them to the command line.
// Those that show something print it, as text or as JSON.
#pragma once

#include "enforcer/commands/session.h"

namespace kaspar::enforcer {

// init.cpp
/// Makes a working set-up under `folder`. Refused if it has a kaspar.json.
Ending init(const std::string& folder, bool sandbox);
/// Makes what the kaspar.json in `folder` names and is missing: folders, passphrases, the
/// enforcer's key, the database.
Ending init_configured(const std::string& folder);

// database.cpp
Ending database_upgrade(const CommonOptions& options);

// backup.cpp
Ending backup(Session& session, const std::string& file, bool with_secrets);
/// Reads a backup back. Needs no set-up.
Ending check_backup(const std::string& file, bool json);
struct BackupToRestore {
    std::string file, folder;
    bool outside = false;
    Time now;
};
Ending restore(const BackupToRestore& asked);

// zone.cpp
struct ZoneToAdd {
    std::string name, policy, input, output;
};
Ending zone_add(Session& session, const ZoneToAdd& wanted);
Ending zone_list(Session& session);
Ending zone_show(Session& session, const std::string& name);
Ending zone_remove(Session& session, const std::string& name, bool force, bool purge);
Ending zone_set_policy(Session& session, const std::string& name, const std::string& policy);
Ending zone_accept(Session& session, const std::string& name);
Ending zone_pause(Session& session, const std::string& name, bool paused);

// zone_check.cpp
/// Asks the zone's own servers. Attention if one does not serve what was published last.
Ending zone_check(Session& session, const std::string& name);

// zone_confirm.cpp
/// `dnskey`, `ds`: the tags of what is published and at the parent, "12345,54321" or "none".
Ending zone_confirm(Session& session, const std::string& name, const std::string& dnskey,
                    const std::string& ds);

// policy.cpp
Ending policy_list(Session& session);
Ending policy_show(Session& session, const std::string& name);
/// Needs no database: prints every finding.
Ending policy_check(const std::string& file, bool json);

// policy_diff.cpp
/// What the edited policy in `file` would change, and what that would do to each zone. Writes
/// nothing.
Ending policy_diff(Session& session, const std::string& name, const std::string& file);

// status.cpp
Ending status(Session& session, const std::optional<std::string>& name);

// forecast.cpp
struct ForecastWish {
    std::string zone;                  ///< empty: all, of which there is only a calendar
    std::optional<std::string> until;  ///< a time or a duration; absent: as foresee() has it
    bool all_states = false;
    bool without_parent = false, without_approval = false;
    bool as_calendar = false;            ///< iCalendar, of what needs a person
    std::optional<std::string> drawing;  ///< a file for the timeline as SVG; "-": standard output
};
Ending forecast(Session& session, const ForecastWish& wish);

// report.cpp
struct ReportWish {
    std::string file;                 ///< "-": standard output
    std::optional<std::string> zone;  ///< absent: all
};
/// A page in HTML. Of many zones the most urgent have chapters, and all are in its overview.
Ending report(Session& session, const ReportWish& wish);

// explain.cpp
Ending explain(Session& session, const std::string& zone);

// health.cpp
Ending health(Session& session);
/// The same as a Nagios plugin says it, with its exit status (monitoring/nagios.h), whatever is
/// wrong.
Ending nagios_health(const CommonOptions& options);
/// Raises an alert that says that it is a test; `length` is a duration.
Ending health_test_alert(Session& session, const std::string& length);
Ending health_end_test_alert(Session& session);

// metrics.cpp
/// Prometheus's text format, on standard output or in `file`, written whole.
Ending metrics(Session& session, const std::optional<std::string>& file);

// key.cpp
Ending key_list(Session& session, const std::optional<std::string>& zone);

// key_keeping.cpp
/// Destroys keys that are out of use, before the policy's purge_after. `tag` absent: all of them.
Ending key_purge(Session& session, const std::string& zone, std::optional<std::uint16_t> tag);
/// Has one key leave: a standby key goes, one in use is rolled.
Ending key_retire(Session& session, const std::string& zone, std::uint16_t tag);

// key_ahead.cpp
struct KeysAhead {
    std::string zone, role;
    std::optional<std::string> policy;  ///< all its zones, instead of one
    std::optional<std::uint64_t> rolls;
    std::optional<std::string> period;  ///< a duration; instead of rolls
};
/// Makes keys before they are needed, so that with those already made ahead there are enough.
Ending key_generate(Session& session, const KeysAhead& asked);
struct KeyToImport {
    std::string zone, role, keystore, id;
    std::optional<std::string> algorithm;
};
/// Takes a key that its key store has already into the zone's reserve, once it has proven itself.
Ending key_import(Session& session, const KeyToImport& asked);
struct KeyExport {
    std::string zone;
    std::optional<std::uint16_t> tag;   ///< absent: all
    std::string form = "dnskey";        ///< or "ds", "bind"
    std::optional<std::string> folder;  ///< of files, for "bind"
};
/// Prints public halves.
Ending key_export(Session& session, const KeyExport& asked);
/// `verb`: prepare, commit or rollback. `store` absent: all that want backups.
Ending key_backup(Session& session, const std::string& verb,
                  const std::optional<std::string>& store);

// keystore.cpp
Ending keystore_list(Session& session);
/// Has a key sign a nonce. `name` absent: in every store. `retry`: tries a PIN that was refused
/// once more.
Ending keystore_test(Session& session, const std::optional<std::string>& name, bool retry);
Ending keystore_keys(Session& session, const std::string& name);
struct KeyStoreBench {
    std::string store, algorithm = "ecdsap256sha256";
    std::optional<unsigned> most;  ///< sessions; absent: as configured
};
Ending keystore_bench(Session& session, const KeyStoreBench& asked);

// key_roll.cpp
struct KeyRoll {
    std::string zone, role;
    bool abort = false, emergency = false;
    std::optional<std::uint16_t> tag;   ///< of the key in danger; absent: those in use
    std::optional<std::string> unsafe;  ///< the zone's name once more
    std::optional<std::string> policy;  ///< all its zones, instead of one
    bool dry_run = false;
};
Ending key_roll(Session& session, const KeyRoll& asked);
Ending approve(Session& session, const std::string& zone);

// ds.cpp
Ending ds_show(Session& session, const std::string& zone);
/// `tag` absent: all that wait.
Ending ds_is_seen(Session& session, const std::string& zone, std::optional<std::uint16_t> tag);
Ending ds_is_gone(Session& session, const std::string& zone, std::optional<std::uint16_t> tag);

// ds_check.cpp
/// Asks every server of the parent and compares. Attention if one does not agree.
Ending ds_check(Session& session, const std::string& zone);

// ds_submit.cpp
/// Has the parent told (again) at the enforcer's next pass.
Ending ds_submit(Session& session, const std::string& zone);
/// Prints the signalling records (RFC 9615) for these name servers of the zone.
Ending ds_signal(Session& session, const std::string& zone,
                 const std::vector<std::string>& servers);

// log.cpp
Ending show_log(Session& session, const std::optional<std::string>& zone, std::size_t limit);
/// Whether the trail is as it was recorded, and has the head that was kept beside the database and
/// `head`, if one is given: what an earlier run showed.
Ending verify_log(Session& session, const std::optional<std::string>& head);

}  // namespace kaspar::enforcer

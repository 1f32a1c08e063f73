#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "common/system/file.h"
#include "common/system/log.h"
#include "common/system/terminal.h"
#include "common/values/nearest.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/emission.h"
#include "enforcer/pass.h"
#include "enforcer/purge.h"
#include "enforcer/report_intake.h"
#include "enforcer/restored.h"

namespace kaspar::enforcer {

namespace {

std::filesystem::path whole_path(const std::string& text) {
    std::error_code error;
    return std::filesystem::weakly_canonical(std::filesystem::absolute(text, error), error);
}

Outcome check_output_folder(const std::filesystem::path& output) {
    std::error_code error;
    const auto folder = output.parent_path();
    if (!std::filesystem::is_directory(folder, error))
        return Fault{FaultClass::io,
                     fmt::format("the output's folder {} is not there; make it, or choose another "
                                 "--output",
                                 folder.string())};
    if (std::filesystem::is_directory(output, error))
        return Fault{FaultClass::input,
                     fmt::format("the output {} is a folder; name a file in it", output.string())};
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return Fault{FaultClass::io,
                     fmt::format("the output's folder {} cannot be written; change its owner or "
                                 "mode, or choose another --output",
                                 folder.string())};
    return Done{};
}

Outcome check_files(Session& session, const Zone& wanted) {
    if (wanted.input == wanted.output)
        return Fault{FaultClass::input,
                     fmt::format("input and output are the same file, {}: the signed zone would "
                                 "replace its source; choose another --output",
                                 wanted.output.string())};
    KASPAR_CHECK(check_output_folder(wanted.output));
    KASPAR_TRY(const auto others,
               zones_with_files(session.database(), wanted.input, wanted.output));
    for (const Zone& other : others) {
        if (other.name == wanted.name)
            continue;
        if (other.output == wanted.output)
            return Fault{FaultClass::input,
                         fmt::format("{} is the output of zone {} already; choose another --output",
                                     wanted.output.string(), zone_text(other.name))};
        return Fault{
            FaultClass::input,
            fmt::format("one zone's output would be the input of another: zone {} has "
                        "input {} and output {}; choose other files",
                        zone_text(other.name), other.input.string(), other.output.string())};
    }
    return Done{};
}

void warn_of_input(const Zone& zone) {
    if (::access(zone.input.c_str(), R_OK) != 0)
        warn("kaspar",
             fmt::format("the input {} cannot be read yet: the zone is signed once it can",
                         zone.input.string()));
}

/// A zone that was removed is taken up where it was left; one whose keys were purged begins anew.
Outcome take_up(Session& session, Zone& zone, const Zone& wanted) {
    zone.policy = wanted.policy;
    zone.input = wanted.input;
    zone.output = wanted.output;
    zone.removed.reset();
    zone.flagged = true;
    return update_zone(session.database(), zone);
}

Outcome begin_history(Session& session, const Zone& zone, const Policy& policy) {
    Remembered fresh;
    fresh.history = begin(policy, session.now());
    KASPAR_TRY(const Remembered stored, load_history(session.database(), zone));
    fresh.history.generation = stored.history.generation;
    return save_history(session.database(), zone, fresh, {}, session.now());
}

Outcome insert_or_take_up(Session& session, Zone& wanted, const Policy& policy) {
    KASPAR_TRY(auto known, find_zone(session.database(), wanted.name));
    if (known && !known->removed)
        return Fault{FaultClass::refused,
                     fmt::format("zone {} is there already; `kaspar zone show {}` shows it",
                                 zone_text(wanted.name), zone_text(wanted.name))};
    if (!known) {
        KASPAR_CHECK(insert_zone(session.database(), wanted));
        KASPAR_CHECK(begin_history(session, wanted, policy));
        return note(session.with(), wanted, "zone added", "policy " + wanted.policy);
    }
    KASPAR_CHECK(take_up(session, *known, wanted));
    KASPAR_TRY(const Remembered stored, load_history(session.database(), *known));
    if (stored.history.dnskey.empty())
        KASPAR_CHECK(begin_history(session, *known, policy));
    return note(session.with(), *known, "zone added again", "policy " + wanted.policy);
}

/// Nothing may tell the parent that a zone is signed once nobody signs it; and of a restored zone
/// it is not known which keys do.
Outcome check_may_go(const OpenZone& open, bool purge) {
    if (purge)
        KASPAR_CHECK(check_not_restored(open.zone));
    KeySet possible = open.remembered.history.arrangement.ds;
    for (const DsVersion& version : open.remembered.history.ds)
        if (version.window.live(open.remembered.history.last_event.value_or(Time::min())))
            possible |= version.keys;
    if (possible.empty())
        return Done{};
    return Fault{FaultClass::refused,
                 fmt::format("the parent or caches may have a DS of zone {}: once it is not signed "
                             "any more, resolvers would refuse it. Let it go insecure first "
                             "(`kaspar zone set-policy {} insecure`), or say --force",
                             zone_text(open.zone.name), zone_text(open.zone.name))};
}

/// Forgets what is remembered of a zone whose keys are to be purged. The generation stays, so that
/// no signer takes an old instruction for a new one.
Outcome forget_history(Session& session, OpenZone& open) {
    const std::uint64_t generation = open.remembered.history.generation;
    KeySet all;
    for (KeyIndex i = 0; i < open.remembered.rows.size(); ++i)
        all.insert(i);
    const auto keys = open.remembered.history.keys;
    open.remembered.history = History{};
    open.remembered.history.keys = keys;
    for (Key& key : open.remembered.history.keys)
        key.wanted = false;
    open.remembered.history.generation = generation;
    return save_history(session.database(), open.zone, open.remembered, all, session.now());
}

/// In the database alone.
Outcome note_removed(Session& session, OpenZone& open, bool force, bool purge) {
    open.zone.removed = session.now();
    open.zone.instruction.reset();
    open.zone.emitted = true;
    open.zone.trouble.reset();
    if (purge)
        open.zone.restored.reset();  // a person's word, and newer than the backup
    KASPAR_CHECK(note(session.with(), open.zone,
                      purge ? "zone removed; its keys are to be destroyed" : "zone removed",
                      force ? "forced: no look at its DS" : ""));
    KASPAR_CHECK(update_zone(session.database(), open.zone));
    if (!purge)
        return Done{};
    KASPAR_CHECK(forget_history(session, open));
    return put_out_of_use(session.database(), open.zone.id, session.now());
}

Outcome purge_all(Session& session, const Zone& zone) {
    KASPAR_CHECK(remove_file(report_path(session.configuration(), zone.name)));
    KASPAR_TRY(const auto keys, keys_of(session.database(), zone.id));
    Outcome all = Done{};
    for (const StoredKey& key : keys) {
        if (key.progress == KeyProgress::purged)
            continue;
        auto purged = purge_key(session.with(), zone, key, "its zone was removed");
        if (!purged.ok() && all.ok())
            all = std::move(purged).within(
                fmt::format("zone {} is removed, but not all of its keys are destroyed yet; the "
                            "enforcer's next pass tries again",
                            zone_text(zone.name)));
    }
    return all;
}

Json zone_json(const Zone& zone) {
    return {{"name", zone_text(zone.name)},
            {"policy", zone.policy},
            {"input", zone.input.string()},
            {"output", zone.output.string()},
            {"added", to_rfc3339(zone.added)},
            {"trouble", zone.trouble ? Json(*zone.trouble) : Json()}};
}

}  // namespace

Ending zone_add(Session& session, const ZoneToAdd& asked) {
    auto name = Name::from_text(asked.name);
    if (!name)
        return std::move(name).fault().within("zone name");
    Zone wanted;
    wanted.name = std::move(*name);
    wanted.policy = asked.policy;
    wanted.input = whole_path(asked.input);
    wanted.output = whole_path(asked.output);
    wanted.added = session.now();
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    KASPAR_TRY(const Policy policy, adopt_policy(session.with(), asked.policy));
    KASPAR_CHECK(check_files(session, wanted));
    KASPAR_TRY(const auto known, find_zone(session.database(), wanted.name));
    const bool again = known.has_value();
    KASPAR_CHECK(insert_or_take_up(session, wanted, policy));
    KASPAR_CHECK(transaction.commit());
    warn_of_input(wanted);
    wake_enforcer(session.configuration());
    if (!session.json())
        print(fmt::format("zone {} is added; the enforcer's next pass {}\n", zone_text(wanted.name),
                          again ? "takes up what it left" : "makes its keys"));
    return ExitStatus::done;
}

Ending zone_list(Session& session) {
    KASPAR_TRY(const auto all, zones(session.database()));
    if (session.json()) {
        Json list = Json::array();
        for (const Zone& zone : all)
            list.push_back(zone_json(zone));
        print(list.dump(2) + "\n");
        return ExitStatus::done;
    }
    Table table({{"zone"}, {"policy"}, {"input"}, {"output"}});
    for (const Zone& zone : all)
        table.add({zone_text(zone.name), zone.policy, zone.input.string(), zone.output.string()});
    print(all.empty() ? "no zones yet; `kaspar zone add` adds one\n"
                      : table.text(standard_output()));
    return ExitStatus::done;
}

Ending zone_show(Session& session, const std::string& name) {
    KASPAR_TRY(const Zone zone, known_zone(session.database(), name));
    if (session.json()) {
        print(zone_json(zone).dump(2) + "\n");
        return ExitStatus::done;
    }
    print(fmt::format(
        "zone         {}\npolicy       {}\ninput        {}\noutput       {}\n"
        "added        {}\ninstruction  {}\nreport       {}\n",
        zone_text(zone.name), zone.policy, zone.input.string(), zone.output.string(),
        to_rfc3339(zone.added), instruction_path(session.configuration(), zone.name).string(),
        report_path(session.configuration(), zone.name).string()));
    if (zone.trouble)
        print(fmt::format("trouble      {}\n", *zone.trouble));
    return ExitStatus::done;
}

Ending zone_remove(Session& session, const std::string& name, bool force, bool purge) {
    std::optional<FileLock> no_pass;  // which could be making a key of the zone
    if (purge) {
        KASPAR_TRY(no_pass, exclude_passes(session.configuration()));
    }
    KASPAR_TRY(OpenZone open, OpenZone::open_restored(session, name));
    open.remembered.history.last_event = session.now();
    if (!force)
        KASPAR_CHECK(check_may_go(open, purge));
    KASPAR_CHECK(note_removed(session, open, force, purge));
    KASPAR_CHECK(open.transaction.commit());
    no_pass.reset();
    KASPAR_CHECK(remove_file(instruction_path(session.configuration(), open.zone.name)));
    wake_enforcer(session.configuration());  // monitors are to hear of it
    if (purge)
        KASPAR_CHECK(purge_all(session, open.zone));
    print(fmt::format("zone {} is removed: it is not signed any more; {} stays as it is; {}\n",
                      zone_text(open.zone.name), open.zone.output.string(),
                      purge ? "its keys are destroyed, but for those that other zones share"
                            : "its keys are kept, and adding it again takes them up"));
    return ExitStatus::done;
}

Ending zone_set_policy(Session& session, const std::string& name, const std::string& policy) {
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    KASPAR_TRY(Zone zone, known_zone(session.database(), name));
    KASPAR_CHECK(adopt_policy(session.with(), policy));
    KASPAR_CHECK(note(session.with(), zone, "policy of the zone", {}, zone.policy, policy));
    zone.policy = policy;
    zone.flagged = true;
    KASPAR_CHECK(update_zone(session.database(), zone));
    KASPAR_CHECK(transaction.commit());
    wake_enforcer(session.configuration());
    print(fmt::format("zone {} has policy {} from the enforcer's next pass on\n",
                      zone_text(zone.name), policy));
    return ExitStatus::done;
}

Ending zone_accept(Session& session, const std::string& name) {
    KASPAR_TRY(OpenZone open, OpenZone::open(session, name));
    KASPAR_TRY(const auto file, read_report(session.configuration(), open.zone.name));
    if (!file || !file->report.last_run.held_input)
        return Fault{FaultClass::refused,
                     fmt::format("no input of zone {} is held; there is nothing to accept",
                                 zone_text(open.zone.name))};
    open.zone.accepted_input = file->report.last_run.held_input;
    KASPAR_CHECK(note(session.with(), open.zone, "the held input is accepted",
                      "SHA-256 " + *open.zone.accepted_input));
    KASPAR_CHECK(renew_instruction(session.with(), open.zone, open.policy, open.remembered));
    KASPAR_CHECK(update_zone(session.database(), open.zone));
    const auto before = states_of(open.remembered, open.policy, session.now());
    KASPAR_CHECK(open.close(session, before));
    KASPAR_CHECK(write_instruction(session.with(), open.zone));
    print(fmt::format("the held input of {} is accepted; kaspar-signer will sign it\n",
                      zone_text(open.zone.name)));
    return ExitStatus::done;
}

Ending zone_pause(Session& session, const std::string& name, bool paused) {
    KASPAR_TRY(OpenZone open, OpenZone::open(session, name));
    const auto before = states_of(open.remembered, open.policy, session.now());
    open.remembered.history.paused = paused;
    KASPAR_CHECK(note(session.with(), open.zone, paused ? "zone paused" : "zone resumed"));
    KASPAR_CHECK(open.close(session, before));
    print(fmt::format(
        "zone {} is {}\n", zone_text(open.zone.name),
        paused ? "paused: no rollover moves; signatures go on being renewed" : "resumed"));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

// Keys before they are used: made ahead for coming rolls, imported, backed up; and their public
// halves for others.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/system/file.h"
#include "common/values/encoding.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/core/goals.h"
#include "enforcer/key_making.h"
#include "enforcer/key_reserve.h"
#include "enforcer/pass.h"

namespace kaspar::enforcer {

namespace {

/// More keys than this for one line of a policy is a slip of the keyboard.
constexpr std::uint64_t most_ahead = 1000;

Result<Role> role_named(const std::string& text) {
    if (const auto role = role_from_text(text))
        return *role;
    return Fault{FaultClass::usage,
                 fmt::format("--role '{}' is none; choose ksk, zsk or csk", text)};
}

/// The zones that a command is for: one, or all of a policy.
Result<std::vector<Zone>> zones_meant(Session& session, const std::string& zone,
                                      const std::optional<std::string>& policy) {
    if (zone.empty() == !policy)
        return Fault{FaultClass::usage, "name a zone, or all zones of a policy with --policy"};
    if (!policy) {
        KASPAR_TRY(Zone one, known_zone(session.database(), zone));
        return std::vector{std::move(one)};
    }
    KASPAR_TRY(auto all, zones(session.database()));
    std::erase_if(all, [&](const Zone& one) { return one.policy != *policy; });
    if (all.empty())
        return Fault{FaultClass::input,
                     fmt::format("policy {} has no zones; `kaspar zone list` shows them", *policy)};
    return all;
}

/// How many keys a line of the policy needs ahead.
Result<std::uint64_t> keys_needed(const KeysAhead& asked, const KeySlot& slot) {
    if (asked.rolls)
        return *asked.rolls;
    const auto period = parse_duration(asked.period.value_or(""));
    if (!period)
        return Fault{FaultClass::usage, fmt::format("--period '{}' is no duration; write 90d or 2y",
                                                    asked.period.value_or(""))};
    if (!slot.lifetime)
        return Fault{FaultClass::refused,
                     fmt::format("the policy's {} has an unlimited lifetime and does not roll by "
                                 "itself; say --rolls",
                                 word(slot.role))};
    return static_cast<std::uint64_t>((*period + *slot.lifetime - Duration{1}) / *slot.lifetime);
}

Result<std::uint64_t> count_reserve(Session& session, const Zone& zone, const KeySlot& slot) {
    KASPAR_TRY(const auto waiting, keys_in_waiting(session.database(), zone.id, false));
    return static_cast<std::uint64_t>(
        std::count_if(waiting.begin(), waiting.end(), [&](const StoredKey& key) {
            return key.role == slot.role && key.algorithm == slot.algorithm &&
                   key.bits == slot.bits && key.keystores == slot.keystores;
        }));
}

/// What a command before this one began to make.
Outcome finish_begun(Session& session, const Zone& zone) {
    KASPAR_TRY(const FileLock lock, exclude_passes(session.configuration()));
    return finish_interrupted_keys(session.with(), zone);
}

/// Since it was looked up it may have been removed, and its keys with it.
Outcome check_still_there(Session& session, const Zone& zone) {
    KASPAR_TRY(const auto now, find_zone(session.database(), zone.id));
    if (now && !now->removed)
        return Done{};
    return Fault{FaultClass::refused,
                 fmt::format("zone {} was removed meanwhile", zone_text(zone.name))};
}

/// Passes take their turns between two keys: a token may be slow.
Outcome make_one_ahead(Session& session, const Zone& zone, const Policy& policy, std::size_t slot) {
    KASPAR_TRY(const FileLock lock, exclude_passes(session.configuration()));
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    KASPAR_CHECK(check_still_there(session, zone));
    KASPAR_TRY(const StoredKey key,
               announce_key(session.with(), zone, policy, {slot, false, "a person's word"}, true));
    KASPAR_CHECK(transaction.commit());
    return make_announced_key(session.with(), zone, key);
}

/// Makes what the reserve lacks; how many that were.
Result<std::uint64_t> fill_reserve(Session& session, const Zone& zone, const KeysAhead& asked,
                                   Role role) {
    KASPAR_TRY(const Policy policy, policy_for(session.database(), zone));
    KASPAR_CHECK(finish_begun(session, zone));
    std::uint64_t made = 0;
    bool any = false;
    for (std::size_t slot = 0; slot < policy.keys.size(); ++slot) {
        if (policy.keys[slot].role != role)
            continue;
        any = true;
        KASPAR_TRY(const std::uint64_t needed, keys_needed(asked, policy.keys[slot]));
        if (needed > most_ahead)
            return Fault{FaultClass::usage, fmt::format("{} keys are more than the {} that one "
                                                        "command makes; ask for fewer",
                                                        needed, most_ahead)};
        KASPAR_TRY(const std::uint64_t there, count_reserve(session, zone, policy.keys[slot]));
        for (std::uint64_t i = there; i < needed; ++i, ++made)
            KASPAR_CHECK(make_one_ahead(session, zone, policy, slot));
    }
    if (any)
        return made;
    return Fault{FaultClass::refused,
                 fmt::format("policy {} asks for no {}", policy.name, word(role))};
}

bool holds(const KeySlot& slot, const std::string& store) {
    return std::find(slot.keystores.begin(), slot.keystores.end(), store) != slot.keystores.end();
}

/// The policy's line for a key that is to be imported.
Result<std::size_t> slot_for(const Policy& policy, const KeyToImport& asked, Role role) {
    for (std::size_t i = 0; i < policy.keys.size(); ++i) {
        const KeySlot& slot = policy.keys[i];
        if (slot.role == role && holds(slot, asked.keystore) &&
            (!asked.algorithm || algorithm_from_text(*asked.algorithm) == slot.algorithm))
            return i;
    }
    return Fault{
        FaultClass::refused,
        fmt::format("policy {} asks for no {}{} in key store {}, so the key would never be "
                    "used; change the policy first",
                    policy.name, word(role), asked.algorithm ? " of " + *asked.algorithm : "",
                    asked.keystore)};
}

/// A mistyped id must not read like a lost key.
Outcome known_to(KeyStore& store, const std::string& locator) {
    KASPAR_TRY(const auto locators, store.list());
    if (std::binary_search(locators.begin(), locators.end(), locator))
        return Done{};
    return Fault{FaultClass::input,
                 fmt::format("key store {0} has no key {1}; `kaspar keystore keys {0}` lists them",
                             store.name(), locator)};
}

std::string record_line(const Zone& zone, std::string_view type, const std::string& rdata,
                        std::optional<Duration> ttl = {}) {
    return fmt::format("{} {}IN {} {}\n", zone.name.absolute_text(),
                       ttl ? fmt::format("{} ", ttl->count()) : std::string(), type, rdata);
}

/// As dnssec-keygen writes it: K, the zone, the algorithm and the tag, then ".key".
std::string bind_file_name(const Zone& zone, const Dnskey& dnskey) {
    return fmt::format("K{}+{:03}+{:05}.key", zone.name.absolute_text(),
                       static_cast<int>(dnskey.key.algorithm), dnskey.tag());
}

std::string bind_text(const Zone& zone, const StoredKey& key) {
    return fmt::format("; This is a {}-signing key, keyid {}, for {}\n; Created: {}\n",
                       key.dnskey->is_sep() ? "key" : "zone", key.dnskey->tag(),
                       zone.name.absolute_text(), to_rfc3339(key.created)) +
           record_line(zone, "DNSKEY", key.dnskey->text());
}

Result<std::string> exported(const Zone& zone, const Policy& policy, const StoredKey& key,
                             const KeyExport& asked) {
    if (asked.form == "dnskey")
        return record_line(zone, "DNSKEY", key.dnskey->text(), policy.dnskey_ttl);
    if (asked.form == "bind" && asked.folder) {
        const Path file = Path(*asked.folder) / bind_file_name(zone, *key.dnskey);
        KASPAR_CHECK(write_file(file, bind_text(zone, key)));
        return file.string() + "\n";
    }
    if (asked.form == "bind")
        return bind_text(zone, key);
    std::string text;
    if (signs_dnskey(key.role))
        for (const DigestType digest : policy.ds_digests)
            text += record_line(zone, "DS", make_ds(zone.name, *key.dnskey, digest).text(),
                                policy.ds_ttl);
    return text;
}

/// The stores that a backup command is for: the one named, or all that want backups.
Result<std::vector<std::string>> backup_stores(Session& session,
                                               const std::optional<std::string>& name) {
    std::vector<std::string> names;
    for (const auto& [store, configured] : session.configuration().keystores)
        if (name ? store == *name : configured.require_backup)
            names.push_back(store);
    if (!names.empty())
        return names;
    return Fault{FaultClass::input,
                 name ? fmt::format("there is no key store '{}' in {}", *name,
                                    session.configuration().file.string())
                      : std::string("no key store has \"require_backup\"; name the one that is "
                                    "meant")};
}

struct BackupStep {
    std::string_view verb, done;
    Backup from, to;
};

constexpr BackupStep backup_steps[] = {
    {"prepare", "are to be in the backup that is made now", Backup::none, Backup::prepared},
    {"commit", "are backed up", Backup::prepared, Backup::done},
    {"rollback", "are not in any backup", Backup::prepared, Backup::none},
};

}  // namespace

Ending key_generate(Session& session, const KeysAhead& asked) {
    if (asked.rolls.has_value() == asked.period.has_value())
        return Fault{FaultClass::usage, "say either --rolls or --period"};
    KASPAR_TRY(const Role role, role_named(asked.role));
    KASPAR_TRY(const auto zones, zones_meant(session, asked.zone, asked.policy));
    for (const Zone& zone : zones) {
        KASPAR_TRY(const auto made,
                   fill_reserve(session, zone, asked, role).within(zone_text(zone.name)));
        print(fmt::format("{}: {} made ahead{}\n", zone_text(zone.name),
                          made == 1 ? "1 key" : fmt::format("{} keys", made),
                          made == 0 ? "; the reserve has what is needed" : ""));
    }
    return ExitStatus::done;
}

Ending key_import(Session& session, const KeyToImport& asked) {
    KASPAR_TRY(const Role role, role_named(asked.role));
    const auto id = from_hex(asked.id);
    if (!id || id->empty())
        return Fault{FaultClass::usage,
                     fmt::format("--id '{}' is not a key's id in hexadecimal digits", asked.id)};
    KASPAR_TRY(const Zone zone, known_zone(session.database(), asked.zone));
    KASPAR_TRY(const Policy policy, policy_for(session.database(), zone));
    KASPAR_TRY(KeyStore* const store, session.with().keystores.open(asked.keystore));
    KASPAR_TRY(const std::size_t slot, slot_for(policy, asked, role));
    KASPAR_CHECK(known_to(*store, to_hex(*id)));
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    KASPAR_CHECK(check_still_there(session, zone));
    KASPAR_TRY(const StoredKey key,
               adopt_key(session.with(), zone, policy, slot, to_hex(*id)).within(asked.zone));
    KASPAR_CHECK(prove_everywhere(session.with(), {key}).within(asked.zone));
    KASPAR_CHECK(transaction.commit());
    KASPAR_CHECK(make_announced_key(session.with(), zone, key));
    KASPAR_CHECK(flag_zone_of(session.database(), key.id));
    wake_enforcer(session.configuration());
    print(
        fmt::format("{}: {} {} has proven itself and is in the reserve{}; rolls take the oldest "
                    "key there\n",
                    zone_text(zone.name), word(role), key.dnskey->tag(),
                    awaits_backup(session.configuration(), key)
                        ? ", to be backed up first (`kaspar key backup prepare`)"
                        : ""));
    return ExitStatus::done;
}

Ending key_export(Session& session, const KeyExport& asked) {
    KASPAR_TRY(const Zone zone, known_zone(session.database(), asked.zone));
    KASPAR_TRY(const Policy policy, policy_for(session.database(), zone));
    KASPAR_TRY(const auto keys, keys_of(session.database(), zone.id));
    bool any = false;
    for (const StoredKey& key : keys) {
        if (key.progress == KeyProgress::purged || !key.dnskey ||
            (asked.tag && key.dnskey->tag() != *asked.tag))
            continue;
        any = true;
        KASPAR_TRY(const std::string text, exported(zone, policy, key, asked));
        print(text);
    }
    if (any || !asked.tag)
        return ExitStatus::done;
    return Fault{FaultClass::input,
                 fmt::format("{0}: the zone has no key {1}; `kaspar key list {0}` shows its keys",
                             zone_text(zone.name), *asked.tag)};
}

Ending key_backup(Session& session, const std::string& verb,
                  const std::optional<std::string>& store) {
    const auto* step = std::find_if(std::begin(backup_steps), std::end(backup_steps),
                                    [&](const BackupStep& known) { return known.verb == verb; });
    require(step != std::end(backup_steps), "the command line knows the steps of a backup");
    KASPAR_TRY(const auto stores, backup_stores(session, store));
    KASPAR_TRY(Transaction transaction, Transaction::begin(session.database()));
    std::string told;
    for (const std::string& name : stores) {
        KASPAR_TRY(const auto moved, move_backup(session.database(), name, step->from, step->to));
        told += fmt::format("key store {}: {} keys {}{}\n", name, moved, step->done,
                            moved == 0 && step->from == Backup::prepared
                                ? "; none was prepared: `kaspar key backup prepare` comes first"
                                : "");
        if (moved > 0)
            KASPAR_CHECK(note_event(
                session.with(), std::nullopt,
                fmt::format("{} keys of key store {} {}", moved, name, step->done),
                "a person's word", std::string(word(step->from)), std::string(word(step->to))));
    }
    KASPAR_CHECK(transaction.commit());
    wake_enforcer(session.configuration());
    print(told);
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer

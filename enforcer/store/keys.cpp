#include "enforcer/store/keys.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kaspar::enforcer {

namespace {

constexpr auto key_columns =
    "SELECT id, zone, locator, keystores, role, algorithm, bits, flags, public_key, state, "
    "created, "
    "wanted, standby, may_return, roll_asked, active_since, out_of_use_since, departure, "
    "reserved, backup, kept FROM keys ";

KeyProgress progress_from_text(std::string_view text) {
    return text == "ready"    ? KeyProgress::ready
           : text == "purged" ? KeyProgress::purged
                              : KeyProgress::generating;
}

Departure departure_from_text(std::string_view text) {
    return text == "unsafe"      ? Departure::unsafe
           : text == "emergency" ? Departure::emergency
                                 : Departure::orderly;
}

Backup backup_from_text(std::string_view text) {
    return text == "done" ? Backup::done : text == "prepared" ? Backup::prepared : Backup::none;
}

StoredKey read_key(const Row& row) {
    const auto algorithm = algorithm_from_number(static_cast<std::uint8_t>(row.integer(5)));
    const auto role = role_from_text(row.text(4));
    require(algorithm && role, "the database holds known roles and algorithms");
    StoredKey key;
    key.role = *role;
    key.algorithm = *algorithm;
    key.bits = static_cast<unsigned>(row.integer(6));
    key.flags = static_cast<std::uint16_t>(row.integer(7));
    key.created = row.time(10);
    key.id = row.integer(0);
    key.zone = row.integer(1);
    key.locator = row.text(2);
    key.keystores = list_from_json(row.text(3));
    if (!row.null(8))
        key.dnskey = Dnskey{key.flags, {key.algorithm, row.octets(8)}};
    key.progress = progress_from_text(row.text(9));
    key.wanted = row.flag(11);
    key.standby = row.flag(12);
    key.may_return = row.flag(13);
    key.roll_asked = row.flag(14);
    key.active_since = row.maybe_time(15);
    key.out_of_use_since = row.maybe_time(16);
    key.departure = departure_from_text(row.text(17));
    key.reserved = row.flag(18);
    key.backup = backup_from_text(row.text(19));
    key.kept = row.flag(20);
    return key;
}

}  // namespace

std::string_view word(KeyProgress progress) {
    switch (progress) {
        case KeyProgress::generating:
            return "generating";
        case KeyProgress::ready:
            return "ready";
        case KeyProgress::purged:
            return "purged";
    }
    return "";
}

std::string_view word(Departure departure) {
    switch (departure) {
        case Departure::orderly:
            return "orderly";
        case Departure::emergency:
            return "emergency";
        case Departure::unsafe:
            return "unsafe";
    }
    return "";
}

std::string_view word(Backup backup) {
    switch (backup) {
        case Backup::none:
            return "none";
        case Backup::prepared:
            return "prepared";
        case Backup::done:
            return "done";
    }
    return "";
}

std::optional<Role> role_from_text(std::string_view text) {
    for (const Role role : {Role::ksk, Role::zsk, Role::csk})
        if (text == word(role))
            return role;
    return std::nullopt;
}

std::uint16_t flags_of(Role role) {
    return role == Role::zsk ? flag_zone : flag_zone | flag_sep;
}

Result<std::vector<StoredKey>> keys_of(Database& database, std::int64_t zone) {
    return database.all<StoredKey>(fmt::format("{} WHERE zone = ? ORDER BY id", key_columns),
                                   {zone}, read_key);
}

Result<std::vector<StoredKey>> ready_keys(Database& database) {
    return database.all<StoredKey>(fmt::format("{} WHERE state = 'ready' ORDER BY id", key_columns),
                                   {}, read_key);
}

Outcome insert_key(Database& database, StoredKey& key) {
    KASPAR_CHECK(database.run(
        "INSERT INTO keys (zone, locator, keystores, role, algorithm, bits, flags, state, created, "
        "standby, reserved) VALUES (?, ?, ?, ?, ?, ?, ?, 'generating', ?, ?, ?)",
        {key.zone, key.locator, json_list(key.keystores), word(key.role),
         static_cast<int>(key.algorithm), key.bits, key.flags, key.created, key.standby,
         key.reserved}));
    key.id = database.last_id();
    return Done{};
}

Outcome note_public_half(Database& database, const StoredKey& key) {
    require(key.dnskey.has_value(), "a key that is made has a public half");
    KASPAR_CHECK(database.run(
        "UPDATE keys SET public_key = ?, tag = ?, revoked_tag = ?, bits = ? "
        "WHERE id = ? AND state = 'generating'",
        {key.dnskey->key.octets, key.dnskey->tag(), key.dnskey->revoked_tag(), key.bits, key.id}));
    if (database.rows_changed() != 1)
        return Fault{FaultClass::state,
                     fmt::format("database {}: key {} is not being made any more", database.file(),
                                 key.locator)};
    return Done{};
}

Outcome complete_key(Database& database, const StoredKey& key) {
    KASPAR_CHECK(note_public_half(database, key));
    return database.run("UPDATE keys SET state = 'ready', reserved = ? WHERE id = ?",
                        {key.reserved, key.id});
}

Result<std::vector<StoredKey>> keys_in_waiting(Database& database, std::int64_t zone,
                                               bool of_policy) {
    const auto zones = of_policy
                           ? "zone IN (SELECT other.id FROM zones AS own JOIN zones AS other USING "
                             "(policy) WHERE own.id = ? AND other.removed IS NULL)"
                           : "zone = ?";
    return database.all<StoredKey>(
        fmt::format("{} WHERE {} AND public_key IS NOT NULL AND out_of_use_since IS NULL "
                    "AND (state = 'generating' OR (state = 'ready' AND reserved = 1)) ORDER BY id",
                    key_columns, zones),
        {zone}, read_key);
}

Outcome take_into_use(Database& database, std::int64_t id, bool standby, Time now) {
    return database.run(
        "UPDATE keys SET reserved = 0, standby = ?, created = ? WHERE id = ? AND reserved = 1",
        {standby, now, id});
}

Result<std::int64_t> move_backup(Database& database, const std::string& store, Backup from,
                                 Backup to) {
    constexpr auto in_store =
        "state = 'ready' AND backup = ? AND EXISTS "
        "(SELECT 1 FROM json_each(keystores) WHERE json_each.value = ?)";
    KASPAR_CHECK(database.run(
        fmt::format("UPDATE zones SET flagged = 1 WHERE id IN (SELECT zone FROM keys WHERE {})",
                    in_store),
        {word(from), store}));
    KASPAR_CHECK(database.run(fmt::format("UPDATE keys SET backup = ? WHERE {}", in_store),
                              {word(to), word(from), store}));
    return database.rows_changed();
}

Outcome flag_zone_of(Database& database, std::int64_t key) {
    return database.run(
        "UPDATE zones SET flagged = 1 WHERE id = (SELECT zone FROM keys WHERE id = ?)", {key});
}

Result<std::vector<StoredKey>> keys_in_store(Database& database, const std::string& store) {
    return database.all<StoredKey>(
        fmt::format("{} WHERE state <> 'purged' AND EXISTS "
                    "(SELECT 1 FROM json_each(keystores) WHERE json_each.value = ?) ORDER BY id",
                    key_columns),
        {store}, read_key);
}

Result<std::vector<StoredKey>> keys_to_share(Database& database, const StoredKey& like) {
    return database.all<StoredKey>(
        fmt::format(
            "{} WHERE zone IN (SELECT other.id FROM zones AS own JOIN zones AS other USING "
            "(policy) "
            "WHERE own.id = ?1 AND other.id <> ?1 AND other.removed IS NULL) "
            "AND state = 'ready' AND reserved = 0 AND wanted = 1 AND roll_asked = 0 "
            "AND out_of_use_since IS NULL "
            "AND role = ?2 AND algorithm = ?3 AND bits = ?4 AND keystores = ?5 AND standby = ?6 "
            "AND locator NOT IN (SELECT locator FROM keys WHERE zone = ?1) "
            "AND locator NOT IN (SELECT locator FROM keys WHERE departure <> 'orderly') "
            "AND created >= ifnull((SELECT max(created) FROM keys WHERE zone = ?1 AND role = ?2 "
            "AND algorithm = ?3 AND bits = ?4 AND keystores = ?5 AND wanted = 1 AND standby = 0), "
            "-1) GROUP BY locator ORDER BY created {}, id",
            key_columns, like.standby ? "ASC" : "DESC"),
        {like.zone, word(like.role), static_cast<int>(like.algorithm), like.bits,
         json_list(like.keystores), like.standby},
        read_key);
}

Outcome insert_shared_key(Database& database, StoredKey& key) {
    KASPAR_CHECK(insert_key(database, key));
    KASPAR_CHECK(complete_key(database, key));
    return database.run("UPDATE keys SET active_since = ? WHERE id = ?",
                        {key.active_since, key.id});
}

Result<std::vector<std::string>> zones_sharing(Database& database, const StoredKey& key) {
    return database.all<std::string>(
        "SELECT name FROM zones JOIN keys ON keys.zone = zones.id WHERE locator = ? AND zone <> ? "
        "AND state <> 'purged' AND removed IS NULL ORDER BY name LIMIT 20",
        {key.locator, key.zone}, [](const Row& row) { return row.text(0); });
}

Result<bool> is_held_elsewhere(Database& database, const StoredKey& key) {
    bool held = false;
    KASPAR_CHECK(database.query(
        "SELECT 1 FROM keys WHERE locator = ? AND id <> ? AND state <> 'purged' LIMIT 1",
        {key.locator, key.id}, [&](const Row&) { held = true; }));
    return held;
}

Outcome discard_key(Database& database, std::int64_t id) {
    return database.run("DELETE FROM keys WHERE id = ? AND state = 'generating'", {id});
}

Outcome mark_purged(Database& database, std::int64_t id) {
    return database.run("UPDATE keys SET state = 'purged' WHERE id = ?", {id});
}

Result<std::optional<StoredKey>> find_key(Database& database, std::int64_t id) {
    return database.one<StoredKey>(fmt::format("{} WHERE id = ?", key_columns), {id}, read_key);
}

Outcome put_out_of_use(Database& database, std::int64_t zone, Time now) {
    return database.run(
        "UPDATE keys SET out_of_use_since = ?, wanted = 0 WHERE zone = ? AND state <> 'purged'",
        {now, zone});
}

Result<std::vector<std::int64_t>> zones_making_keys(Database& database) {
    return database.all<std::int64_t>(
        "SELECT DISTINCT zone FROM keys WHERE state = 'generating' AND out_of_use_since IS NULL",
        {}, read_id);
}

Outcome bring_back(Database& database, std::int64_t id) {
    return database.run("UPDATE keys SET out_of_use_since = NULL WHERE id = ?", {id});
}

Result<std::vector<StoredKey>> keys_out_of_use(Database& database) {
    return database.all<StoredKey>(
        fmt::format("{0} WHERE state = 'ready' AND out_of_use_since IS NOT NULL UNION ALL "
                    "{0} WHERE state = 'generating' AND out_of_use_since IS NOT NULL "
                    "ORDER BY out_of_use_since, id",
                    key_columns),
        {}, read_key);
}

std::string json_list(const std::vector<std::string>& names) {
    return nlohmann::json(names).dump();
}

std::vector<std::string> list_from_json(const std::string& text) {
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    require(parsed.is_array(), "the database holds lists as JSON arrays");
    std::vector<std::string> names;
    for (const auto& name : parsed)
        if (name.is_string())
            names.push_back(name.get<std::string>());
    return names;
}

}  // namespace kaspar::enforcer

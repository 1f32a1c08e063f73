#include "enforcer/store/keys.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kaspar::enforcer {

namespace {

constexpr auto columns =
    "SELECT id, zone, locator, keystores, role, algorithm, bits, flags, public_key, state, "
    "created, "
    "wanted, standby, may_return, roll_asked, active_since, out_of_use_since FROM keys ";

KeyProgress progress_from_text(std::string_view text) {
    return text == "ready"    ? KeyProgress::ready
           : text == "purged" ? KeyProgress::purged
                              : KeyProgress::generating;
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

std::string_view word(Role role) {
    switch (role) {
        case Role::ksk:
            return "ksk";
        case Role::zsk:
            return "zsk";
        case Role::csk:
            return "csk";
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
    return database.all<StoredKey>(fmt::format("{} WHERE zone = ? ORDER BY id", columns), {zone},
                                   read_key);
}

Outcome insert_key(Database& database, StoredKey& key) {
    KASPAR_CHECK(database.run(
        "INSERT INTO keys (zone, locator, keystores, role, algorithm, bits, flags, state, created, "
        "standby) VALUES (?, ?, ?, ?, ?, ?, ?, 'generating', ?, ?)",
        {key.zone, key.locator, json_list(key.keystores), word(key.role),
         static_cast<int>(key.algorithm), key.bits, key.flags, key.created, key.standby}));
    key.id = database.last_id();
    return Done{};
}

Outcome complete_key(Database& database, const StoredKey& key) {
    require(key.dnskey.has_value(), "a key that is made has a public half");
    KASPAR_CHECK(database.run(
        "UPDATE keys SET state = 'ready', public_key = ?, tag = ?, revoked_tag = ?, bits = ? "
        "WHERE id = ? AND state = 'generating'",
        {key.dnskey->key.octets, key.dnskey->tag(), key.dnskey->revoked_tag(), key.bits, key.id}));
    if (database.rows_changed() != 1)
        return Fault{FaultClass::state,
                     fmt::format("database {}: key {} is not being made any more", database.file(),
                                 key.locator)};
    return Done{};
}

Outcome discard_key(Database& database, std::int64_t id) {
    return database.run("DELETE FROM keys WHERE id = ? AND state = 'generating'", {id});
}

Outcome mark_purged(Database& database, std::int64_t id) {
    return database.run("UPDATE keys SET state = 'purged' WHERE id = ?", {id});
}

Outcome bring_back(Database& database, std::int64_t id) {
    return database.run("UPDATE keys SET out_of_use_since = NULL WHERE id = ?", {id});
}

Result<std::vector<StoredKey>> keys_out_of_use(Database& database) {
    return database.all<StoredKey>(
        fmt::format("{} WHERE state = 'ready' AND out_of_use_since IS NOT NULL ORDER BY id",
                    columns),
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

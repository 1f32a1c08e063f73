#include "enforcer/store/remembered.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kaspar::enforcer {

namespace {

/// Key ids ↔ positions in one history.
class Positions {
  public:
    Positions(const std::vector<StoredKey>& rows, std::string file, std::string zone)
        : rows_(rows), file_(std::move(file)), zone_(std::move(zone)) {}

    std::string to_ids(KeySet keys) const {
        auto ids = nlohmann::json::array();
        for (const KeyIndex key : keys)
            ids.push_back(rows_[key].id);
        return ids.dump();
    }

    /// The set with these ids. What is missing is kept, for missing().
    KeySet to_set(const std::string& ids) {
        KeySet keys;
        const auto parsed = nlohmann::json::parse(ids, nullptr, false);
        if (!parsed.is_array()) {
            fault_ = fmt::format("'{}' is not a list of keys", ids);
            return keys;
        }
        for (const auto& id : parsed)
            insert(keys, id.is_number_integer() ? id.get<std::int64_t>() : -1);
        return keys;
    }

    Outcome complete() const {
        if (fault_.empty())
            return Done{};
        return Fault{FaultClass::state,
                     fmt::format("database {}: zone {}: {}: nothing is moved and no key is made; "
                                 "put a backup of the database back",
                                 file_, zone_, fault_)};
    }

    /// Those of them that are in play: what a person said of others matters no more.
    KeySet to_set_in_play(const std::string& ids) {
        const std::string fault = fault_;
        const KeySet keys = to_set(ids);
        fault_ = fault;
        return keys;
    }

  private:
    void insert(KeySet& keys, std::int64_t id) {
        const auto row = std::find_if(rows_.begin(), rows_.end(),
                                      [&](const StoredKey& key) { return key.id == id; });
        if (row == rows_.end())
            fault_ = fmt::format("key number {} is in use, but its row is missing", id);
        else
            keys.insert(static_cast<KeyIndex>(row - rows_.begin()));
    }

    const std::vector<StoredKey>& rows_;
    std::string file_, zone_, fault_;
};

Key to_key(const StoredKey& row) {
    return {.id = row.id,
            .role = row.role,
            .algorithm = row.algorithm,
            .bits = row.bits,
            .keystores = row.keystores,
            .tag = row.dnskey->tag(),
            .created = row.created,
            .wanted = row.wanted,
            .standby = row.standby,
            .may_return = row.may_return,
            .roll_asked = row.roll_asked,
            .kept = row.kept,
            .departure = row.departure,
            .active_since = row.active_since};
}

/// Reads since, ttl, floor, until from four columns.
Window read_window(const Row& row, int first) {
    return {row.time(first), row.duration(first + 1), row.maybe_time(first + 2),
            row.maybe_time(first + 3)};
}

Database::Values with_window(Database::Values values, const Window& window) {
    values.insert(values.end(), {window.since, window.ttl, window.floor, window.until});
    return values;
}

Outcome load_zone_part(Database& database, const Zone& zone, History& history,
                       Positions& positions) {
    return database.query(
        "SELECT generation, paused, approved, last_event, ds_asked, ds, dnskey, dnskey_signers, "
        "zone_signers, said_seen, said_gone, unknown_until, set_back FROM zones WHERE id = ?",
        {zone.id}, [&](const Row& row) {
            history.generation = static_cast<std::uint64_t>(row.integer(0));
            history.paused = row.flag(1);
            history.approved = row.flag(2);
            history.last_event = row.maybe_time(3);
            history.ds_asked = row.maybe_time(4);
            history.arrangement = {positions.to_set(row.text(5)), positions.to_set(row.text(6)),
                                   positions.to_set(row.text(7)), positions.to_set(row.text(8))};
            history.said_seen = positions.to_set_in_play(row.text(9));
            history.said_gone = positions.to_set_in_play(row.text(10));
            history.unknown_until = row.maybe_time(11);
            history.set_back = row.maybe_time(12);
        });
}

Outcome load_versions(Database& database, const Zone& zone, History& history,
                      Positions& positions) {
    KASPAR_CHECK(database.query(
        "SELECT keys, since, ttl, floor, until FROM ds_versions WHERE zone = ? ORDER BY rowid",
        {zone.id}, [&](const Row& row) {
            history.ds.push_back({positions.to_set(row.text(0)), read_window(row, 1)});
        }));
    KASPAR_CHECK(database.query(
        "SELECT keys, signers, since, ttl, floor, until FROM dnskey_versions WHERE zone = ? "
        "ORDER BY rowid",
        {zone.id}, [&](const Row& row) {
            history.dnskey.push_back({positions.to_set(row.text(0)), positions.to_set(row.text(1)),
                                      read_window(row, 2)});
        }));
    return database.query(
        "SELECT signers, since, ttl, floor, until FROM data_versions WHERE zone = ? ORDER BY rowid",
        {zone.id}, [&](const Row& row) {
            history.data.push_back({positions.to_set(row.text(0)), read_window(row, 1)});
        });
}

std::int64_t count_versions(const History& history) {
    return static_cast<std::int64_t>(history.ds.size() + history.dnskey.size() +
                                     history.data.size());
}

/// Without one version a move could look safe that is not.
Outcome check_versions(Database& database, const Zone& zone, const History& history) {
    std::optional<std::int64_t> saved;
    KASPAR_CHECK(database.query("SELECT versions FROM zones WHERE id = ?", {zone.id},
                                [&](const Row& row) { saved = row.maybe_integer(0); }));
    const std::int64_t found = count_versions(history);
    if (!saved || *saved == found)
        return Done{};
    return Fault{FaultClass::state,
                 fmt::format("database {}: zone {}: {} versions of its records are remembered, but "
                             "{} rows are there: nothing is moved and no key is made; put a backup "
                             "of the database back",
                             database.file(), zone_text(zone.name), *saved, found)};
}

Outcome save_versions(Database& database, const Zone& zone, const History& history,
                      const Positions& positions) {
    for (const char* table : {"ds_versions", "dnskey_versions", "data_versions"})
        KASPAR_CHECK(database.run(fmt::format("DELETE FROM {} WHERE zone = ?", table), {zone.id}));
    for (const DsVersion& version : history.ds)
        KASPAR_CHECK(
            database.run("INSERT INTO ds_versions (zone, keys, since, ttl, floor, until) "
                         "VALUES (?, ?, ?, ?, ?, ?)",
                         with_window({zone.id, positions.to_ids(version.keys)}, version.window)));
    for (const DnskeyVersion& version : history.dnskey)
        KASPAR_CHECK(database.run(
            "INSERT INTO dnskey_versions (zone, keys, signers, since, ttl, floor, until) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            with_window(
                {zone.id, positions.to_ids(version.keys), positions.to_ids(version.signers)},
                version.window)));
    for (const DataVersion& version : history.data)
        KASPAR_CHECK(database.run(
            "INSERT INTO data_versions (zone, signers, since, ttl, floor, until) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            with_window({zone.id, positions.to_ids(version.signers)}, version.window)));
    return Done{};
}

Outcome save_keys(Database& database, const History& history, KeySet out_of_use, Time now) {
    for (KeyIndex i = 0; i < history.keys.size(); ++i) {
        const Key& key = history.keys[i];
        const auto gone = out_of_use.contains(i) ? std::optional(now) : std::nullopt;
        KASPAR_CHECK(database.run(
            "UPDATE keys SET wanted = ?, standby = ?, may_return = ?, roll_asked = ?, "
            "kept = ?, departure = ?, active_since = ?, out_of_use_since = ? WHERE id = ?",
            {key.wanted, key.standby, key.may_return, key.roll_asked, key.kept, word(key.departure),
             key.active_since, gone, key.id}));
    }
    return Done{};
}

}  // namespace

std::optional<KeyIndex> Remembered::position_of(const PublicKey& key) const {
    for (KeyIndex i = 0; i < rows.size(); ++i)
        if (rows[i].dnskey->key == key)
            return i;
    return std::nullopt;
}

std::optional<KeyIndex> Remembered::position_of_fingerprint(std::string_view fingerprint) const {
    for (KeyIndex i = 0; i < rows.size(); ++i)
        if (rows[i].dnskey->key.fingerprint() == fingerprint)
            return i;
    return std::nullopt;
}

Result<Remembered> load_history(Database& database, const Zone& zone) {
    Remembered remembered;
    KASPAR_TRY(auto rows, keys_of(database, zone.id));
    for (StoredKey& row : rows)
        if (row.progress == KeyProgress::ready && !row.reserved && !row.out_of_use_since)
            remembered.rows.push_back(std::move(row));
    if (remembered.rows.size() > KeySet::capacity)
        return Fault{FaultClass::state,
                     fmt::format("zone {}: more than {} keys are in play at once; wait until old "
                                 "ones have left the caches before asking for more rolls",
                                 zone_text(zone.name), KeySet::capacity)};
    for (const StoredKey& row : remembered.rows)
        remembered.history.keys.push_back(to_key(row));

    Positions positions(remembered.rows, database.file(), zone_text(zone.name));
    KASPAR_CHECK(load_zone_part(database, zone, remembered.history, positions));
    KASPAR_CHECK(load_versions(database, zone, remembered.history, positions));
    KASPAR_CHECK(positions.complete());
    KASPAR_CHECK(check_versions(database, zone, remembered.history));
    return remembered;
}

Outcome save_history(Database& database, const Zone& zone, const Remembered& remembered,
                     KeySet out_of_use, Time now) {
    const History& history = remembered.history;
    require(history.keys.size() == remembered.rows.size(), "every key in a history has its row");
    const Positions positions(remembered.rows, database.file(), zone_text(zone.name));
    KASPAR_CHECK(database.run(
        "UPDATE zones SET generation = ?, paused = ?, approved = ?, last_event = ?, ds_asked = ?, "
        "ds = ?, dnskey = ?, dnskey_signers = ?, zone_signers = ?, said_seen = ?, said_gone = ?, "
        "versions = ?, unknown_until = ?, set_back = ? WHERE id = ?",
        {history.generation, history.paused, history.approved, history.last_event, history.ds_asked,
         positions.to_ids(history.arrangement.ds), positions.to_ids(history.arrangement.dnskey),
         positions.to_ids(history.arrangement.dnskey_signers),
         positions.to_ids(history.arrangement.zone_signers), positions.to_ids(history.said_seen),
         positions.to_ids(history.said_gone), count_versions(history), history.unknown_until,
         history.set_back, zone.id}));
    KASPAR_CHECK(save_keys(database, history, out_of_use, now));
    return save_versions(database, zone, history, positions);
}

}  // namespace kaspar::enforcer

#include "enforcer/store/zones.h"

#include <fmt/format.h>

namespace kaspar::enforcer {

namespace {

constexpr auto zone_columns =
    "SELECT id, name, policy, input, output, added, removed, next_event, flagged, trouble, "
    "instruction, emitted, accepted_input, salt, salted, "
    "report_size, report_modified, report_published, report_generation, tidy_at, "
    "parent_due, parent_ttl, watch_due, propagated_serial, propagated_at, blocked_on, "
    "blocked_since, "
    "restored "
    "FROM zones ";

Zone read_zone(const Row& row) {
    Zone zone;
    zone.id = row.integer(0);
    auto name = Name::from_text(row.text(1));
    require(name.ok(), "the database holds valid zone names");
    zone.name = std::move(name).value();
    zone.policy = row.text(2);
    zone.input = row.text(3);
    zone.output = row.text(4);
    zone.added = row.time(5);
    zone.removed = row.maybe_time(6);
    zone.next_event = row.maybe_time(7);
    zone.flagged = row.flag(8);
    zone.trouble = row.maybe_text(9);
    zone.instruction = row.maybe_text(10);
    zone.emitted = row.flag(11);
    zone.accepted_input = row.maybe_text(12);
    zone.salt = row.octets(13);
    zone.salted = row.maybe_time(14);
    zone.report = {row.maybe_integer(15), row.maybe_integer(16), row.maybe_time(17),
                   row.maybe_integer(18)};
    zone.tidy_at = row.maybe_time(19);
    zone.parent_due = row.maybe_time(20);
    if (const auto ttl = row.maybe_integer(21))
        zone.parent_ttl = Duration(*ttl);
    zone.watch_due = row.maybe_time(22);
    zone.propagated_serial = row.maybe_integer(23);
    zone.propagated_at = row.maybe_time(24);
    zone.blocked_on = row.maybe_text(25);
    zone.blocked_since = row.maybe_time(26);
    zone.restored = row.maybe_time(27);
    return zone;
}

constexpr auto file_columns =
    "SELECT id, name, report_size, report_modified, generation > 0 FROM zones ";

ZoneFiles read_zone_files(const Row& row) {
    return {row.integer(0),
            row.text(1),
            {row.maybe_integer(2), row.maybe_integer(3), {}, {}},
            row.flag(4)};
}

}  // namespace

std::string zone_text(const Name& name) {
    return name.lower().text();
}

Result<std::vector<Zone>> zones(Database& database) {
    return database.all<Zone>(fmt::format("{} WHERE removed IS NULL ORDER BY name", zone_columns),
                              {}, read_zone);
}

Result<std::vector<Zone>> zones_with_files(Database& database, const std::filesystem::path& input,
                                           const std::filesystem::path& output) {
    return database.all<Zone>(
        fmt::format("{} WHERE removed IS NULL AND (output IN (?, ?) OR input = ?) ORDER BY name",
                    zone_columns),
        {input.string(), output.string(), output.string()}, read_zone);
}

Result<std::size_t> count_zones(Database& database) {
    std::size_t count = 0;
    KASPAR_CHECK(
        database.query("SELECT count(*) FROM zones WHERE removed IS NULL", {},
                       [&](const Row& row) { count = static_cast<std::size_t>(row.integer(0)); }));
    return count;
}

Result<std::optional<Zone>> find_zone(Database& database, const Name& name) {
    return database.one<Zone>(fmt::format("{} WHERE name = ?", zone_columns), {zone_text(name)},
                              read_zone);
}

Result<std::optional<Zone>> find_zone(Database& database, std::int64_t id) {
    return database.one<Zone>(fmt::format("{} WHERE id = ?", zone_columns), {id}, read_zone);
}

Outcome insert_zone(Database& database, Zone& zone) {
    KASPAR_CHECK(database.run(
        "INSERT INTO zones (name, policy, input, output, added) VALUES (?, ?, ?, ?, ?)",
        {zone_text(zone.name), zone.policy, zone.input.string(), zone.output.string(),
         zone.added}));
    zone.id = database.last_id();
    return Done{};
}

Outcome update_zone(Database& database, const Zone& zone) {
    return database.run(
        "UPDATE zones SET policy = ?, input = ?, output = ?, removed = ?, next_event = ?, "
        "flagged = ?, trouble = ?, instruction = ?, emitted = ?, accepted_input = ?, salt = ?, "
        "salted = ?, report_size = ?, report_modified = ?, report_published = ?, "
        "report_generation = ?, tidy_at = ?, parent_due = ?, parent_ttl = ?, watch_due = ?, "
        "propagated_serial = ?, propagated_at = ?, blocked_on = ?, blocked_since = ?, "
        "restored = ? WHERE id = ?",
        {zone.policy,
         zone.input.string(),
         zone.output.string(),
         zone.removed,
         zone.next_event,
         zone.flagged,
         zone.trouble,
         zone.instruction,
         zone.emitted,
         zone.accepted_input,
         zone.salt,
         zone.salted,
         zone.report.size,
         zone.report.modified,
         zone.report.published,
         zone.report.generation,
         zone.tidy_at,
         zone.parent_due,
         zone.parent_ttl,
         zone.watch_due,
         zone.propagated_serial,
         zone.propagated_at,
         zone.blocked_on,
         zone.blocked_since,
         zone.restored,
         zone.id});
}

Outcome request_look(Database& database, std::int64_t id) {
    return database.run("UPDATE zones SET flagged = 1 WHERE id = ?", {id});
}

Outcome request_look_by_policy(Database& database, const std::string& policy) {
    return database.run("UPDATE zones SET flagged = 1 WHERE policy = ?", {policy});
}

Result<std::vector<std::int64_t>> due_zones(Database& database, Time now) {
    return database.all<std::int64_t>(
        "SELECT id FROM zones WHERE removed IS NULL AND next_event <= ? "
        "UNION SELECT id FROM zones WHERE removed IS NULL AND tidy_at <= ? "
        "UNION SELECT id FROM zones WHERE flagged = 1 AND removed IS NULL "
        "UNION SELECT id FROM zones WHERE emitted = 0 AND removed IS NULL",
        {now, now}, read_id);
}

Result<bool> any_zone_stands_still(Database& database) {
    bool any = false;
    KASPAR_CHECK(database.query(
        "SELECT EXISTS (SELECT 1 FROM zones WHERE trouble IS NOT NULL AND flagged = 1 "
        "AND removed IS NULL AND restored IS NULL)",
        {}, [&](const Row& row) { any = row.flag(0); }));
    return any;
}

Result<std::optional<Time>> earliest_event(Database& database) {
    std::optional<Time> earliest;
    KASPAR_CHECK(database.query(
        "SELECT min(at) FROM (SELECT min(next_event) AS at FROM zones WHERE removed IS NULL "
        "UNION SELECT min(tidy_at) FROM zones WHERE removed IS NULL "
        "UNION SELECT min(parent_due) FROM zones WHERE removed IS NULL "
        "UNION SELECT min(watch_due) FROM zones WHERE removed IS NULL)",
        {}, [&](const Row& row) { earliest = row.maybe_time(0); }));
    return earliest;
}

Result<std::vector<ZoneFiles>> zone_files(Database& database) {
    return database.all<ZoneFiles>(fmt::format("{} WHERE removed IS NULL", file_columns), {},
                                   read_zone_files);
}

Result<std::vector<ZoneFiles>> zones_awaiting_report(Database& database) {
    return database.all<ZoneFiles>(
        fmt::format("{} WHERE removed IS NULL AND report_generation IS NOT generation",
                    file_columns),
        {}, read_zone_files);
}

Result<bool> is_moved_after(Database& database, std::int64_t id, Time now) {
    bool after = false;
    KASPAR_CHECK(database.query("SELECT last_event > ? FROM zones WHERE id = ?", {now, id},
                                [&](const Row& row) { after = row.flag(0); }));
    return after;
}

Result<std::vector<std::int64_t>> zones_moved_after(Database& database, Time now) {
    return database.all<std::int64_t>(
        "SELECT id FROM zones WHERE removed IS NULL AND last_event > ?", {now}, read_id);
}

Outcome take_setback(Database& database, std::int64_t id, Time now) {
    for (const char* sql :
         {"UPDATE zones SET parent_due = min(parent_due, ?1), watch_due = min(watch_due, ?1), "
          "propagated_at = min(propagated_at, ?1), blocked_since = min(blocked_since, ?1), "
          "salted = min(salted, ?1), report_published = min(report_published, ?1) WHERE id = ?2",
          "UPDATE keys SET created = min(created, ?1), "
          "out_of_use_since = min(out_of_use_since, ?1) WHERE zone = ?2",
          "UPDATE submissions SET due = min(due, ?1) WHERE zone = ?2",
          "DELETE FROM server_answers WHERE at > ?1 AND zone = ?2"})
        KASPAR_CHECK(database.run(sql, {now, id}));
    return Done{};
}

Result<std::optional<LatestMove>> latest_move(Database& database) {
    return database.one<LatestMove>(
        "SELECT name, last_event FROM zones WHERE removed IS NULL AND last_event IS NOT NULL "
        "ORDER BY last_event DESC LIMIT 1",
        {}, [](const Row& row) -> LatestMove {
            return {row.text(0), row.time(1)};
        });
}

}  // namespace kaspar::enforcer

// The zones that Kaspar has been given: what a person said about them, when the enforcer must look
// at them, the instruction that stands and the report recorded last. What the core remembers of a
// zone is in remembered.h.
#pragma once

#include <filesystem>

#include "common/values/name.h"
#include "enforcer/store/database.h"

namespace kaspar::enforcer {

/// Which report file was recorded last: enough to see a new one without reading it.
struct RecordedReport {
    std::optional<std::int64_t> size, modified;  ///< octets; nanoseconds since 1970
    std::optional<Time> published;
    std::optional<std::int64_t> generation;
};

struct Zone {
    std::int64_t id = 0;
    Name name;
    std::string policy;
    std::filesystem::path input, output;
    Time added;
    std::optional<Time> removed;

    std::optional<Time> next_event;  ///< when the enforcer must look at it next
    std::optional<Time> tidy_at;     ///< when a remembered version ends: only housekeeping
    bool flagged = true;
    std::optional<std::string> trouble;
    std::optional<std::string> blocked_on;  ///< for whom its moves wait, if no time ends that
    std::optional<Time> blocked_since;

    std::optional<Time> restored;  ///< when the backup was made that its memory is out of

    std::optional<std::string> instruction;
    bool emitted = true;
    std::optional<std::string> accepted_input;
    Bytes salt;
    std::optional<Time> salted;

    RecordedReport report;

    std::optional<Time> parent_due;      ///< when the parent's servers are to be asked next
    std::optional<Duration> parent_ttl;  ///< with which they served the DS set last
    std::optional<Time> watch_due;       ///< when the zone's own servers are to be asked next
    std::optional<std::int64_t>
        propagated_serial;              ///< the last that all of those were seen to serve
    std::optional<Time> propagated_at;  ///< when that was
};

/// All zones, the removed ones not, by name.
Result<std::vector<Zone>> zones(Database& database);

/// Those that write one of these files, or read `output`.
Result<std::vector<Zone>> zones_with_files(Database& database, const std::filesystem::path& input,
                                           const std::filesystem::path& output);

/// How many there are, the removed ones not.
Result<std::size_t> count_zones(Database& database);

/// By name, removed or not.
Result<std::optional<Zone>> find_zone(Database& database, const Name& name);
Result<std::optional<Zone>> find_zone(Database& database, std::int64_t id);

/// Inserts the zone and sets its id.
Outcome insert_zone(Database& database, Zone& zone);

/// Writes everything but the name and the added time.
Outcome update_zone(Database& database, const Zone& zone);

/// Asks for a look at the zone (at all zones of a policy) at the next pass.
Outcome request_look(Database& database, std::int64_t id);
Outcome request_look_by_policy(Database& database, const std::string& policy);

/// True if a zone stands still for another reason than that a person has yet to say what there is.
Result<bool> any_zone_stands_still(Database& database);

/// The zones that are flagged, whose next event has come, or whose instruction was not written to
/// its file yet; touches no other.
Result<std::vector<std::int64_t>> due_zones(Database& database, Time now);

/// The earliest time at which a zone will be due.
Result<std::optional<Time>> earliest_event(Database& database);

/// What a pass compares with the report and instruction folders, for every zone.
struct ZoneFiles {
    std::int64_t id;
    std::string name;
    RecordedReport report;
    bool instructed;
};
Result<std::vector<ZoneFiles>> zone_files(Database& database);

/// Those of them whose newest instruction no report has told of yet.
Result<std::vector<ZoneFiles>> zones_awaiting_report(Database& database);

/// The latest time at which anything was moved, and in which zone. Absent: nothing was moved yet.
struct LatestMove {
    std::string zone;
    Time at;
};
Result<std::optional<LatestMove>> latest_move(Database& database);

/// True if the zone's last event lies after `now`.
Result<bool> is_moved_after(Database& database, std::int64_t id, Time now);

/// The zones of which that is so.
Result<std::vector<std::int64_t>> zones_moved_after(Database& database, Time now);

/// What is noted of a zone and lies after `now`, beside what the core remembers, has happened by
/// now; what servers answered then is forgotten.
Outcome take_setback(Database& database, std::int64_t id, Time now);

/// A zone's name as the database and people write it: lower case, without the last dot.
std::string zone_text(const Name& name);

}  // namespace kaspar::enforcer

// One zone as a person sees it: what is in force, what is published, where each key's records are,
// and what waits for whom. Read, never changed.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <span>

#include "common/formats/json_time.h"
#include "common/formats/report.h"
#include "enforcer/commands/session.h"
#include "enforcer/core/key_state.h"
#include "enforcer/core/plan.h"
#include "enforcer/store/failing_keystores.h"
#include "enforcer/store/server_answers.h"
#include "enforcer/store/submissions.h"

namespace kaspar::enforcer {

using Json = nlohmann::ordered_json;

struct ZoneView {
    Zone zone;
    Policy policy;
    std::optional<std::string> policy_fault;   ///< why the policy's file is not in force
    std::optional<std::string> history_fault;  ///< why nothing is known of its records
    Remembered remembered;
    Plan plan;
    std::optional<Report> report;
    std::optional<std::string> report_fault;
    std::optional<Time> next_event;
    std::vector<ServerAnswer> answers;    ///< of other name servers, as they were asked last
    std::vector<Submission> submissions;  ///< to the parent
    Duration expiry_warning{0}, expiry_critical{0};  ///< so little time left is told

    std::string name() const { return zone_text(zone.name); }
    std::optional<Time> first_expiry() const;
    std::optional<std::uint32_t> serial() const;
};

Result<ZoneView> view_zone(const Enforcement& with, const Zone& zone);

/// The same for those who say something of the zone's records. Fault: state, if nothing is known of
/// them.
Result<ZoneView> view_records(const Enforcement& with, const Zone& zone);
Result<std::vector<ZoneView>> view_all(const Enforcement& with);

/// One zone after the other, for those who need not keep them all.
Outcome visit_all(const Enforcement& with, const std::function<void(ZoneView)>& visit);

/// The object of `kaspar status NAME --json`.
Json to_json(const ZoneView& view, Time now);

/// What the zone's own servers answered.
Json to_json(const std::vector<ServerAnswer>& answers);

/// Since when that wait, which no time ends, has held the zone up. Absent: it has not, or a time
/// ends it.
std::optional<Time> waiting_since(const ZoneView& view, const Wait& wait);

/// What a key waits for. Absent: nothing.
std::optional<std::string> waiting(const ZoneView& view, KeyIndex key);

/// A wait in a sentence that does not read like a request.
std::string words_of(const Wait& wait);

/// "13d4h": the two largest units.
std::string brief(Duration duration);

/// "in 13d4h", "now".
std::string until(std::optional<Time> time, Time now, std::string_view never = "-");

/// What a key is there for now: "in use", "leaves", "out of use", …
std::string condition(const StoredKey& key, const Configuration& configuration);

/// Positions of a zone's keys for people: by role, oldest first.
std::vector<KeyIndex> in_order(const Remembered& remembered);

}  // namespace kaspar::enforcer

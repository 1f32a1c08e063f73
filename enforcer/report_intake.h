// Taking in what the signer reports: the file, its sense in terms of a zone's keys, and the
// history's record of it. Keys are recognised by their public half, never by tag.
#pragma once

#include "common/formats/report.h"
#include "enforcer/core/policy.h"
#include "enforcer/enforcement.h"
#include "enforcer/store/remembered.h"

namespace kaspar::enforcer {

struct ReportFile {
    Report report;
    std::int64_t size, modified;  ///< as in RecordedReport
};

std::filesystem::path report_path(const Configuration& configuration, const Name& zone);

/// A zone's report. Absent: the signer has not written one. Fault: io; state if it cannot be read
/// or is about another zone; key if everybody could have written it.
Result<std::optional<ReportFile>> read_report(const Configuration& configuration, const Name& zone);

/// Size and modification time of a report file. Absent: there is none.
std::optional<RecordedReport> stamp_of(const std::filesystem::path& file);

/// True if the file is there and not the one that was recorded.
bool is_new(const RecordedReport& recorded, const std::filesystem::path& file);

/// True if a report was written since the zone's last recorded one.
bool report_is_new(const Configuration& configuration, const Name& zone,
                   const RecordedReport& recorded);

/// What a publication says in terms of the zone's keys; those that had left play come back into it.
/// Fault: state if it tells of keys that the database does not know, of no data, or of a time to
/// come.
Result<Observation> understand(const Enforcement& with, const Zone& zone,
                               const Publication& publication, Remembered& remembered);

/// Records the zone's report in its history, if it tells something that no earlier one told, and
/// notes in `zone` which it was. Fault: state if it tells of keys or instructions that the
/// database does not know.
Outcome take_in_report(const Enforcement& with, Zone& zone, const Policy& policy,
                       Remembered& remembered);

}  // namespace kaspar::enforcer

// What the parent is to be told, and how that went, as rows.
#pragma once

#include "enforcer/store/zones.h"

namespace kaspar::enforcer {

/// How the parent is told.
enum class SubmissionWay {
    ds_submit,    ///< a program, of DS to be added
    ds_withdraw,  ///< a program, of DS to be removed
    notify,       ///< NOTIFY(CDS) to its DSYNC target
};

struct Submission {
    std::int64_t zone;
    SubmissionWay way;
    std::string request;  ///< JSON
    Time asked;
    unsigned tries = 0;
    std::optional<Time> due = {};   ///< when to try next; absent: done
    std::optional<Time> done = {};  ///< when it succeeded
    std::string trouble = {};       ///< how the last try failed
};

std::string_view word(SubmissionWay way);

/// Makes this the zone's request by that way. One that is the same is left as it is; another is
/// replaced, whatever became of it.
Outcome want_submission(Database& database, const Submission& wanted);

/// There is nothing to be told by that way (any more). What was told is remembered, so that it is
/// not told again if it is wanted again.
Outcome drop_submission(Database& database, std::int64_t zone, SubmissionWay way);

/// Nothing is to be told of any zone, and what was told is not remembered.
Outcome forget_submissions(Database& database);

Result<std::vector<Submission>> submissions_of(Database& database, std::int64_t zone);

/// Has all of a zone's submissions made (again) at the enforcer's next pass; how many there are.
Result<std::int64_t> renew_submissions(Database& database, std::int64_t zone, Time now);

/// Those that are due, longest due first.
Result<std::vector<Submission>> due_submissions(Database& database, Time now);

/// When the next one is due. Absent: none.
Result<std::optional<Time>> next_submission(Database& database);

/// Notes how a try went, if the request is still the same.
Outcome note_try(Database& database, const Submission& tried);

}  // namespace kaspar::enforcer

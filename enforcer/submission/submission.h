// Telling the parent what its DS set should be: by the operator's programs, and by NOTIFY(CDS).
// What is to be told follows from the zone's history; it is told after the zones' own work, tried
// again with growing pauses, and its failure stops nothing else (design promise 8).
#pragma once

#include "enforcer/enforcement.h"
#include "enforcer/store/remembered.h"
#include "enforcer/store/submissions.h"

namespace kaspar::enforcer {

/// Brings the zone's submissions in line with what it now awaits of the parent, in the transaction
/// of its step.
Outcome plan_submissions(const Enforcement& with, const Zone& zone, const Policy& policy,
                         const Remembered& remembered);

/// Makes those that are due, several at once, for a minute and a bit at most: what is left stays
/// due. What fails is logged, noted with the submission, and tried again. Fault: state, io.
Outcome make_submissions(const Enforcement& with);

/// The JSON that a program gets: what is to be done, the records, the whole set as it should be.
std::string request_text(const Zone& zone, const Policy& policy, const Remembered& remembered,
                         SubmissionWay way, KeySet keys);

}  // namespace kaspar::enforcer

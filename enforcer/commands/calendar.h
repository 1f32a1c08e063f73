// A calendar (iCalendar, RFC 5545) of what needs a person, for the programs in which people keep
// their other appointments.
#pragma once

#include <span>
#include <string>

#include "enforcer/core/foresight.h"

namespace kaspar::enforcer {

/// What is foreseen for one zone.
struct ForeseenOf {
    std::string zone;
    Forecast forecast;
};

/// True if it does not happen unless a person acts: approves, copies a key, resumes a zone, asks
/// the parent for a DS set, confirms what the parent has.
bool is_for_a_person(const Event& event);

/// A calendar with an entry for each event that needs a person: at its time in UTC, with the
/// command to run, and a reminder a day ahead. What is foreseen again has the UID that it had,
/// whether or not its time has changed, so that a calendar that is read in again replaces its
/// entries (§3.8.4.7).
std::string calendar_text(std::span<const ForeseenOf> zones);

}  // namespace kaspar::enforcer

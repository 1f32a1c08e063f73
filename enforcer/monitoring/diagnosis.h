// What is wrong, and how badly: the content of `kaspar health`.
#pragma once

#include "enforcer/commands/view.h"

namespace kaspar::enforcer {

struct Reason {
    enum class Severity { warning, critical };

    Severity severity;
    std::string zone;  ///< empty: concerns all
    std::string words;

    /// "example.org: signatures expire in 3d and …".
    std::string text() const;
};

std::string_view word(Reason::Severity severity);

/// The zone whose signatures expire first, and when that is told.
struct NearestExpiry {
    std::string zone;
    Time at;
    Duration warning, critical;  ///< left
};

struct Diagnosis {
    std::vector<Reason> reasons;  ///< critical ones first
    std::size_t zones = 0;
    std::optional<NearestExpiry> nearest;
};

/// Reads the whole database. Fault: state, io, if so little is there that nothing can be said.
Result<Diagnosis> diagnose(const Enforcement& with);

}  // namespace kaspar::enforcer

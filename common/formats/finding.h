// Something wrong, or doubtful, in a file that a person wrote: where, which field, what, and what
// would be right. Parsers and the policy lint collect findings, so that all are told at once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/values/result.h"

namespace kaspar {

/// A place in a text; both count from 1, columns in characters (UTF-8 code points).
struct Position {
    unsigned line;
    unsigned column;

    bool operator==(const Position&) const = default;
};

/// Errors stop, warnings tell.
enum class Severity { error, warning };

struct Finding {
    Severity severity;
    std::optional<Position> at;  ///< absent: not read from a file
    std::string field;           ///< path, "keys[0].lifetime"; empty: the file as a whole
    std::string words;           ///< what is wrong
    std::string remedy;          ///< what would be right

    bool operator==(const Finding&) const = default;
};

/// "policies/a.json:3:14: error: signatures.validity: …; …" on one line.
std::string finding_line(const std::filesystem::path& file, const Finding& finding);

bool has_errors(const std::vector<Finding>& findings);

/// All errors among the findings as one fault, a line each.
Fault findings_fault(FaultClass kind, const std::filesystem::path& file,
                     const std::vector<Finding>& findings);

}  // namespace kaspar

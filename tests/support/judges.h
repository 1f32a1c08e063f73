// Independent judges: what other implementations say of a signed zone file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/values/name.h"
#include "common/values/time.h"

namespace kaspar::test {

struct Verdict {
    std::string judge;  ///< "dnssec-verify" (BIND), "ldns-verify-zone" or "kzonecheck" (Knot DNS)
    bool accepted;
    std::string output;  ///< what it said, on both streams
};

/// Each judge by itself, at the time `at` or else now. dnssec-verify always judges by the system's
/// clock (its jemalloc does not bear faketime). ldns-verify-zone refuses opt-out zones that are
/// right.
Verdict dnssec_verify(const std::filesystem::path& file, const Name& zone);
Verdict ldns_verify_zone(const std::filesystem::path& file, std::optional<Time> at = std::nullopt);
Verdict kzonecheck(const std::filesystem::path& file, const Name& zone,
                   std::optional<Time> at = std::nullopt);

/// All judges that can judge at that time. A judge that is not installed accepts nothing and says
/// so.
std::vector<Verdict> judge(const std::filesystem::path& file, const Name& zone,
                           std::optional<Time> at = std::nullopt);

/// Empty if every judge accepts the zone, else what those said that do not.
std::string objections(const std::filesystem::path& file, const Name& zone,
                       std::optional<Time> at = std::nullopt);

}  // namespace kaspar::test

// Zone text (RFC 1035 §5): reads a zone file and its $INCLUDEs into a Zone. Everything libzscanner
// knows, and $GENERATE as BIND has it. All bad lines are listed, not the first only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/values/file_identity.h"
#include "common/values/result.h"
#include "signer/core/zone.h"
#include "signer/zonefile/source_file.h"

namespace kaspar::signer {

struct ReadZone {
    Zone zone;
    std::vector<FileIdentity> files;  ///< as they were when read; Origin::file is an index into it
    std::vector<std::string> warnings;
    std::uint64_t records_read = 0;  ///< duplicates included
};

/// Reads the zone `apex`. Fault: input (every bad line as "file:line: what, remedy"; the first 50,
/// then their number), io. So many threads pack the records. Files are seen through a window of so
/// many octets, which grows if an item needs it.
Result<ReadZone> read_zone_file(const std::filesystem::path& file, const Name& apex,
                                unsigned threads = 1, std::size_t window = usual_window);

}  // namespace kaspar::signer

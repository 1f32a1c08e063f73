// A backup of the whole state as one archive (common/system/archive.h, backup_places.h), consistent
// while the programs run; and its examination.
#pragma once

#include "enforcer/backup/manifest.h"
#include "enforcer/enforcement.h"

namespace kaspar::enforcer {

struct MadeBackup {
    Manifest manifest;
    std::vector<std::string> not_in_it;  ///< what is to be kept elsewhere, in words
};

/// Writes it whole, with mode 0600. Fault: io, state, input.
Result<MadeBackup> make_backup(const Enforcement& with, const std::filesystem::path& file,
                               bool with_secrets);

/// A backup that was read from its first octet to its last: every file is one that a backup has,
/// and as the manifest says; the database is whole and not newer than this program.
struct ExaminedBackup {
    Manifest manifest;
    std::string configuration;           ///< kaspar.json
    std::size_t zones, keys;             ///< keys: ready ones, those in tokens included
    std::vector<std::string> in_tokens;  ///< key stores whose keys are not in it
    std::vector<std::string> missing;    ///< files of keys that the database calls ready, in words
};

/// Fault: io; input if the backup is damaged or not one of Kaspar's; state if its database is
/// newer or damaged.
Result<ExaminedBackup> examine_backup(const std::filesystem::path& file);

}  // namespace kaspar::enforcer

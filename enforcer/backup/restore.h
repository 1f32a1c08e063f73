// Putting a backup back: examined whole before anything is written; its zones wait for a person
// (restored.h).
#pragma once

#include "enforcer/backup/backup.h"

namespace kaspar::enforcer {

struct Restoration {
    std::filesystem::path backup, folder;  ///< folder: of kaspar.json
    bool outside = false;  ///< kaspar.json may have files belong outside of `folder`
    Time now;
    std::string who;
};

struct Restored {
    ExaminedBackup backup;
    Configuration configuration;
    std::vector<std::string> to_bring;  ///< secrets that the backup has not, in words
    bool has_new_enforcer_key = false;
};

/// `folder` must be empty or not there. Fault: refused, io, input, state: nothing is written, or
/// the words say what was.
Result<Restored> restore_backup(const Restoration& asked);

}  // namespace kaspar::enforcer

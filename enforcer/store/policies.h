// Policies as they are in force: the last good text of each file that some zone has used. An edited
// file that does not pass its checks changes nothing here but `fault`.
#pragma once

#include "enforcer/store/database.h"

namespace kaspar::enforcer {

struct StoredPolicy {
    std::string name;
    std::string text;    ///< the last good file
    std::string digest;  ///< SHA-256 of it, hex
    Time read_at;
    std::string seen;                  ///< SHA-256 of the file as it was seen last, good or not
    std::optional<std::string> fault;  ///< why the file as it is now is not in force
};

/// By name.
Result<std::vector<StoredPolicy>> policies(Database& database);
Result<std::optional<StoredPolicy>> find_policy(Database& database, const std::string& name);
Outcome save_policy(Database& database, const StoredPolicy& policy);

}  // namespace kaspar::enforcer

// Key stores that could not be used when they were needed last, since when and why.
#pragma once

#include "enforcer/store/database.h"

namespace kaspar::enforcer {

struct FailingKeyStore {
    std::string name;
    Time since;
    std::string words;
};

/// By name.
Result<std::vector<FailingKeyStore>> failing_keystores(Database& database);

/// Notes a failure, since `now` unless it was failing before.
Outcome note_failing(Database& database, const std::string& name, const std::string& words,
                     Time now);

Outcome note_working(Database& database, const std::string& name);

}  // namespace kaspar::enforcer

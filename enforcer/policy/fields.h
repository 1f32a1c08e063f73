// The format of policy files: the one table in fields.cpp, and what comes from it.
#pragma once

#include <string>

#include "common/formats/fields.h"
#include "enforcer/core/policy.h"

namespace kaspar::enforcer {

/// Reads and writes everything of a Policy but its name, which is the file's.
const fields::Kind<Policy>& policy_kind();

/// JSON Schema (schema/policy.schema.json).
std::string policy_schema();

/// Every field with kind, default, meaning and reason, in Markdown (policies/REFERENCE.md).
std::string policy_reference();

}  // namespace kaspar::enforcer

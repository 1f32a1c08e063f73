// What must hold, and what had better hold, between the fields of a policy. Pure: a policy in,
// findings out. Errors stop, warnings tell. What a single field may be is in fields.cpp.
#pragma once

#include <vector>

#include "common/formats/finding.h"
#include "enforcer/core/policy.h"

namespace kaspar::enforcer {

/// Findings carry field paths and no positions. Warnings that the policy accepts are left out.
std::vector<Finding> lint(const Policy& policy);

}  // namespace kaspar::enforcer

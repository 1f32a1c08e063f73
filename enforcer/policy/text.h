// A policy as `kaspar policy show` tells it: every field with the value that is in force.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "enforcer/core/policy.h"

namespace kaspar::enforcer {

/// Every field as path and value: {"keys[0].lifetime", "90d"}.
std::vector<std::pair<std::string, std::string>> policy_lines(const Policy& policy);

/// A field a line; those that have their default are marked.
std::string policy_text(const Policy& policy);

/// A policy file that says everything: reading it gives the same policy.
std::string policy_json(const Policy& policy);

}  // namespace kaspar::enforcer

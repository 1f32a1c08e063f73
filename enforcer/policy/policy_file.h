// One policy file, read and checked: fields first, then the lint of the values against each other.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "common/formats/finding.h"
#include "enforcer/core/policy.h"

namespace kaspar::enforcer {

/// A policy and everything that was found about its text, in the order of the text.
struct ExaminedPolicy {
    Policy policy;                  ///< complete only if no finding is an error
    std::vector<Finding> findings;  ///< errors and warnings, with positions
};

ExaminedPolicy examine_policy(std::string_view name, std::string_view text);

/// A policy without errors.
struct CheckedPolicy {
    Policy policy;
    std::vector<Finding> warnings;
};

/// Reads a policy; its name is the file's without ".json". Fault: io; input, listing every error as
/// file:line:column, field, what is wrong, remedy.
Result<CheckedPolicy> read_checked_policy(const std::filesystem::path& file);
Result<Policy> read_policy(const std::filesystem::path& file);

}  // namespace kaspar::enforcer

// Policies in force. A policy file that is edited takes effect at the next pass, if it passes its
// checks; otherwise the last good text stays in force, and status and health say so.
#pragma once

#include "enforcer/core/policy.h"
#include "enforcer/enforcement.h"
#include "enforcer/store/policies.h"

namespace kaspar::enforcer {

/// Where a policy's file is.
std::filesystem::path policy_path(const Configuration& configuration, const std::string& name);

/// Takes in the files of all policies that zones have used, as far as they changed, and flags the
/// zones of those that did. Gives the words about each file that is not in force as it stands.
Result<std::vector<std::string>> refresh_policies(const Enforcement& with);

/// Reads a policy's file for a command that names it, and takes it in. Fault: input, with every
/// error; a policy that is not there is told with the names of those that are.
Result<Policy> adopt_policy(const Enforcement& with, const std::string& name);

/// A policy's file as it is now, with all checks, and nothing taken in. Faults as adopt_policy.
Result<Policy> known_policy(const Configuration& configuration, const std::string& name);

/// Any policy file with all checks, and nothing taken in. Fault: io; input, with every error.
Result<Policy> checked_policy(const Configuration& configuration,
                              const std::filesystem::path& file);

/// The policy in force for zones that name it. Fault: state.
Result<Policy> policy_in_force(Database& database, const std::string& name);

/// The policy as it acts on a zone: the TTL of the DS is at least that with which the parent serves
/// it (design promise 4).
Policy as_seen(Policy policy, const Zone& zone);

/// The policy in force for a zone, as it acts on it. Fault: state.
Result<Policy> policy_for(Database& database, const Zone& zone);

struct ZoneWithPolicy {
    Zone zone;
    Policy policy;  ///< as it acts on the zone
};

/// Those zones that are not removed. Fault: state.
Result<std::vector<ZoneWithPolicy>> with_policies(Database& database,
                                                  const std::vector<std::int64_t>& ids);

/// The names of the policy files there are, sorted. Fault: io.
Result<std::vector<std::string>> policy_names(const Configuration& configuration);

}  // namespace kaspar::enforcer

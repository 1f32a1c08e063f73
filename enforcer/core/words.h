// What the core says to people: keys by their tags, changes and obstacles in a sentence.
#pragma once

#include <string>

#include "enforcer/core/plan.h"
#include "enforcer/core/rule.h"

namespace kaspar::enforcer {

/// "12345", "12345 and 54321", "none".
std::string tags(const History& history, KeySet keys);

/// What changes between two arrangements: "publish DNSKEY 12345; ask for DS 12345".
std::string difference(const History& history, const Arrangement& from, const Arrangement& to);

/// Why a change must wait: which combination would not validate.
std::string reason(const History& history, const Obstacle& obstacle);

}  // namespace kaspar::enforcer

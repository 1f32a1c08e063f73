// What the core says to people: keys by their tags, changes and obstacles in a sentence.
#pragma once

#include <string>

#include "enforcer/core/plan.h"
#include "enforcer/core/rule.h"

namespace kaspar::enforcer {

/// "12345"; of a key that is only foreseen its name, "new zsk 1".
std::string label(const Key& key);

/// "zsk 12345", "new zsk 1".
std::string title(const Key& key);

/// "12345", "12345 and 54321", "none".
std::string tags(const History& history, KeySet keys);

/// What changes between two arrangements: "publish DNSKEY 12345; ask for DS 12345".
std::string difference(const History& history, const Arrangement& from, const Arrangement& to);

/// The same as something that is to come: "to publish DNSKEY 12345; to ask for DS 12345".
std::string intention(const History& history, const Arrangement& from, const Arrangement& to);

/// Why a change must wait: which combination would not validate.
std::string reason(const History& history, const Obstacle& obstacle);

/// The policy's field for a margin, and its length: "retire_safety (1h)".
std::string margin_words(Margin margin, const Policy& policy);

}  // namespace kaspar::enforcer

// Removing keys that left play long ago from their key stores. A job of its own after the zones'
// steps: its failure is told and tried again at the next pass, and stops nothing else (design
// promise 8).
#pragma once

#include "enforcer/enforcement.h"
#include "enforcer/store/keys.h"

namespace kaspar::enforcer {

/// Destroys the keys whose policy's purge_after is over. Gives the words about each that failed.
std::vector<std::string> purge_keys(const Enforcement& with);

/// For messages: its role and tag, if it has one yet.
std::string name_of_key(const StoredKey& key);

/// Destroys one key in all its stores, unless another zone shares it, and marks its row; the row of
/// one that nobody knows the public half of goes. Fault: key, io, state.
Outcome purge_key(const Enforcement& with, const Zone& zone, const StoredKey& key, std::string why);

}  // namespace kaspar::enforcer

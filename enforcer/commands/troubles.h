// What is wrong with a zone, or what a person has to do about it, in words.
#pragma once

#include "enforcer/commands/view.h"

namespace kaspar::enforcer {

/// What is wrong with the time left to the first expiry. Absent: nothing.
std::optional<std::string> expiry_trouble(const ZoneView& view, Time now);

/// What else is wrong with a zone, or what a person has to do about it, most pressing first.
std::vector<std::string> other_troubles(const ZoneView& view);

/// All of it; empty if nothing. A DS that waits is no trouble.
std::vector<std::string> needs_a_person(const ZoneView& view, Time now);

/// "key store hsm has not worked since …: …", and which of these zones, if any has keys there,
/// loses its signatures first, and when.
std::string words_of(const FailingKeyStore& store, std::span<const ZoneView> views, Time now);

}  // namespace kaspar::enforcer

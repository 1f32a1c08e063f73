// A token that refused a PIN is not given it again: three wrong ones lock it, and a timer would try
// every minute. That it was refused is kept in a file of the state folder, which all programs read,
// until a person acts: changes the PIN's file or the configuration, or runs
// `kaspar keystore test --retry`.
#pragma once

#include <optional>
#include <string>

#include "common/formats/configuration.h"
#include "common/values/time.h"

namespace kaspar::token {

struct RefusedPin {
    Time since;
    std::string words;  ///< what the token said
};

/// Absent: none was refused, or what was refused is not what would be tried now.
std::optional<RefusedPin> refused_pin(const KeyStoreConfiguration& configuration);

/// Fault: io.
Outcome note_refused_pin(const KeyStoreConfiguration& configuration, const std::string& words);
Outcome forget_refused_pin(const KeyStoreConfiguration& configuration);

}  // namespace kaspar::token

// The operating system's random octets, for locators, salts and passphrases.
#pragma once

#include "common/values/bytes.h"

namespace kaspar::enforcer {

Bytes random_octets(std::size_t count);

}  // namespace kaspar::enforcer

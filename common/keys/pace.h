// How many signatures a key makes in a second.
#pragma once

#include <chrono>

#include "common/keys/signing_key.h"

namespace kaspar {

/// Has `threads` threads sign without a break for that long. Each works on its own duplicate. The
/// messages are as long as the RRset of a small delegation. Fault: key, absent.
Result<double> signatures_per_second(const SigningKey& key, unsigned threads,
                                     std::chrono::milliseconds length);

}  // namespace kaspar

// What the library gives at most: digests signed and verified, and nothing else.
#pragma once

#include <chrono>

namespace kaspar::bench {

/// P-256, a second.
struct RawPace {
    double signatures, verifications;
};

/// By so many threads, each with its own copy of the key; each of the two for that time.
RawPace raw_p256_pace(unsigned threads, std::chrono::milliseconds time);

}  // namespace kaspar::bench

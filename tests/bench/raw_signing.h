// What the library gives at most: signatures over digests and nothing else.
#pragma once

#include <chrono>

namespace kaspar::bench {

/// P-256 signatures a second by so many threads, each with its own copy of the key, for that time.
double raw_p256_signatures_per_second(unsigned threads, std::chrono::milliseconds time);

}  // namespace kaspar::bench

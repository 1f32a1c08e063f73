// What a token gives at most: signatures made straight through its module, one session a thread.
#pragma once

#include <chrono>
#include <string>

namespace kaspar::bench {

/// A key on a token, and how to sign with it.
struct RawKey {
    std::string module, label, pin;
    std::string id;           ///< CKA_ID (octets, not digits)
    unsigned long mechanism;  ///< CKM_…; CKM_ECDSA signs a digest
};

/// Makes the P-256 key on the token, in this process, and leaves the token logged in. Fails the
/// benchmark if that is impossible.
RawKey make_raw_p256(const std::string& module, const std::string& label, const std::string& pin,
                     const std::string& id);

/// Signs 32 octets again and again in so many sessions, each in a thread of its own, for that time.
/// Fails the benchmark at the first error.
double raw_signatures_per_second(const RawKey& key, unsigned sessions,
                                 std::chrono::milliseconds time);

}  // namespace kaspar::bench

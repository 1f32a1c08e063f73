// Message digests.
#pragma once

#include <array>
#include <memory>

#include "common/values/bytes.h"

namespace kaspar {

Bytes sha1(BytesView octets);  ///< for NSEC3 names and the DS of imported history only
Bytes sha256(BytesView octets);
Bytes sha384(BytesView octets);
Bytes sha512(BytesView octets);

/// sha1() for those who hash millions of names: without memory of its own.
std::array<std::uint8_t, 20> sha1_octets(BytesView octets);

/// A digest over octets that come piece by piece.
class RunningDigest {
  public:
    static RunningDigest sha384();
    static RunningDigest sha512();
    RunningDigest(RunningDigest&&) noexcept;
    RunningDigest& operator=(RunningDigest&&) noexcept;
    ~RunningDigest();

    void add(BytesView octets);

    /// The digest of all that was added; the next starts afresh.
    Bytes finish();

  private:
    struct State;
    explicit RunningDigest(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace kaspar

// Message digests.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "common/values/bytes.h"

namespace kaspar {

Bytes sha1(BytesView octets);  ///< for NSEC3 names and the DS of imported history only
Bytes sha256(BytesView octets);
Bytes sha384(BytesView octets);
Bytes sha512(BytesView octets);

/// sha1() for those who hash millions of names: without memory of its own.
std::array<std::uint8_t, 20> sha1_octets(BytesView octets);

/// A digest of octets that come one piece after the other.
class Digest {
  public:
    static Digest sha256();
    static Digest sha384();
    static Digest sha512();
    ~Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;

    void add(BytesView octets);

    /// The digest of all that was added; what is added afterwards starts a new one.
    Bytes finish();

  private:
    explicit Digest(std::string_view algorithm);
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace kaspar

// Message digests.
#pragma once

#include <memory>

#include "common/values/bytes.h"

namespace kaspar {

Bytes sha1(BytesView octets);  ///< for NSEC3 names and the DS of imported history only
Bytes sha256(BytesView octets);
Bytes sha384(BytesView octets);
Bytes sha512(BytesView octets);

/// A digest of octets that come piece by piece.
class Digest {
  public:
    static Digest sha256();
    static Digest sha384();
    static Digest sha512();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;
    ~Digest();

    void add(BytesView octets);
    Bytes finish();  ///< ready for other octets afterwards

  private:
    struct State;
    explicit Digest(const char* name);
    std::unique_ptr<State> state_;
};

}  // namespace kaspar

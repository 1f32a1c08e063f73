// Where octets lie in a large block: offset and length, packed in eight octets.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kaspar::signer {

/// Up to 65535 octets (RDATA, RFC 1035 §3.2.1) at an offset below 2^48.
class Extent {
  public:
    Extent(std::uint64_t at, std::size_t size) : packed_(at << 16 | size) {}
    std::uint64_t at() const { return packed_ >> 16; }
    std::size_t size() const { return packed_ & 0xffff; }

  private:
    std::uint64_t packed_;
};

}  // namespace kaspar::signer

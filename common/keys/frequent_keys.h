// Public keys of P-256 that verify much, in whatever zone or thread: a table is made of each
// (`p256_table.h`), and shared.
#pragma once

#include <atomic>
#include <memory>

#include "common/keys/p256_table.h"
#include "common/values/bytes.h"

namespace kaspar {

/// A public key. For several threads at once.
class FrequentKey {
  public:
    /// The signatures by which a table pays for itself. More than a sample's thousand, so that a
    /// key of one large zone is spared the table where it would save as much as it costs.
    static constexpr unsigned table_pays = 1500;

    explicit FrequentKey(BytesView point) : point_(point.begin(), point.end()) {}

    const Bytes& point() const { return point_; }

    /// True if the key has a table, and by that `signature` is the key's signature of `digest`
    /// (P256Table::verify()).
    bool knows(BytesView digest, BytesView signature) const;

    /// To be told of every signature that was found good otherwise. One of them has the table made,
    /// and tries it: one that does not know this signature would only cost time.
    void count(BytesView digest, BytesView signature);

  private:
    const Bytes point_;
    std::atomic<unsigned> counted_ = 0;
    std::unique_ptr<const P256Table> table_;
    std::atomic<const P256Table*> ready_ = nullptr;  ///< the table, once it is whole
};

/// The same object for all who ask for the same point (x and y, 32 octets each, RFC 6605 §4), as
/// long as it is among the 64 that were asked for last.
std::shared_ptr<FrequentKey> frequent_key(BytesView point);

}  // namespace kaspar

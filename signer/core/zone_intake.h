// Records on their way into a zone: while those read last are put in their places by another
// thread, reading goes on.
#pragma once

#include <future>

#include "signer/core/zone.h"

namespace kaspar::signer {

class ZoneIntake {
  public:
    /// With one thread, or where the system gives no other, the caller does all by itself.
    ZoneIntake(Name apex, unsigned threads) : builder_(std::move(apex)), threads_(threads) {}

    ZoneIntake(const ZoneIntake&) = delete;
    ZoneIntake& operator=(const ZoneIntake&) = delete;

    /// As ZoneBuilder::add().
    void add(BytesView owner, std::uint16_t type, std::uint32_t ttl, BytesView rdata,
             Origin origin);

    /// Octets of memory that the records take (ZoneBuilder::octets()), but for the last few
    /// thousand.
    std::uint64_t octets() const { return octets_; }

    /// As ZoneBuilder::build().
    Zone build();

  private:
    struct Record {
        std::uint8_t owner_size;
        std::uint16_t rdata_size, type;
        std::uint32_t ttl;
        Origin origin;
    };

    /// Records one after the other; of each its owner and its RDATA in `octets`.
    struct Batch {
        std::vector<Record> records;
        Bytes octets;
    };

    void hand_over();
    void put_in_place();

    ZoneBuilder builder_;
    unsigned threads_;
    std::uint64_t octets_ = 0;
    Batch coming_, handed_over_;
    std::future<void> putting_;  ///< `handed_over_` into `builder_`, which nobody else touches then
};

}  // namespace kaspar::signer

#include "signer/core/zone_intake.h"

#include "common/values/threads.h"

namespace kaspar::signer {

namespace {

constexpr std::size_t batch_octets = 512 * 1024;  // takes much longer than to start a thread

}  // namespace

void ZoneIntake::add(BytesView owner, std::uint16_t type, std::uint32_t ttl, BytesView rdata,
                     Origin origin) {
    require(owner.size() <= 255 && rdata.size() <= 65535, "a record too large for DNS");
    coming_.records.push_back({static_cast<std::uint8_t>(owner.size()),
                               static_cast<std::uint16_t>(rdata.size()), type, ttl, origin});
    coming_.octets.insert(coming_.octets.end(), owner.begin(), owner.end());
    coming_.octets.insert(coming_.octets.end(), rdata.begin(), rdata.end());
    if (coming_.octets.size() >= batch_octets)
        hand_over();
}

// What the other thread throws, as when memory ends, is thrown by get().
void ZoneIntake::hand_over() {
    if (putting_.valid())
        putting_.get();
    octets_ = builder_.octets();
    std::swap(coming_, handed_over_);
    coming_.records.clear();
    coming_.octets.clear();
    putting_ = std::async(launch_with(threads_), [this] { put_in_place(); });
}

void ZoneIntake::put_in_place() {
    const BytesView octets(handed_over_.octets);
    std::size_t at = 0;
    for (const Record& record : handed_over_.records) {
        const auto owner = octets.subspan(at, record.owner_size);
        const auto rdata = octets.subspan(at + owner.size(), record.rdata_size);
        at += owner.size() + rdata.size();
        builder_.add(owner, record.type, record.ttl, rdata, record.origin);
    }
}

Zone ZoneIntake::build() {
    if (putting_.valid())
        putting_.get();
    std::swap(coming_, handed_over_);
    put_in_place();
    coming_ = {}, handed_over_ = {};
    return builder_.build(threads_);
}

}  // namespace kaspar::signer

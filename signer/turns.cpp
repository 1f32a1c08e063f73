#include "signer/turns.h"

#include <utility>

namespace kaspar::signer {

Turns::Turn::Turn(Turn&& other) noexcept
    : turns_(std::exchange(other.turns_, nullptr)), octets_(other.octets_) {}

Turns::Turn::~Turn() {
    if (turns_ != nullptr)
        turns_->give_back(octets_);
}

Turns::Turn Turns::take(std::uint64_t octets) {
    std::unique_lock lock(mutex_);
    large_ += is_large(octets);
    changed_.wait(lock, [&] { return is_room_for(octets); });
    ++at_work_;
    octets_ += octets;
    return {*this, octets};
}

bool Turns::is_room_for(std::uint64_t octets) const {
    if (is_large(octets))
        return at_work_ == 0;
    return large_ == 0 && octets_ + octets <= most_octets;
}

void Turns::give_back(std::uint64_t octets) {
    const std::lock_guard lock(mutex_);
    --at_work_;
    octets_ -= octets;
    large_ -= is_large(octets);
    changed_.notify_all();
}

}  // namespace kaspar::signer

#include "signer/turns.h"

#include <utility>

namespace kaspar::signer {

Turns::Turn::Turn(Turn&& other) noexcept
    : turns_(std::exchange(other.turns_, nullptr)), alone_(other.alone_) {}

Turns::Turn::~Turn() {
    if (turns_ != nullptr)
        turns_->give_back(alone_);
}

Turns::Turn Turns::take(std::uint64_t octets) {
    const bool alone = octets > largest_small_zone;
    std::unique_lock lock(mutex_);
    if (alone)
        ++large_;
    changed_.wait(lock, [&] { return alone ? at_work_ == 0 : large_ == 0; });
    ++at_work_;
    return {*this, alone};
}

void Turns::give_back(bool alone) {
    const std::lock_guard lock(mutex_);
    --at_work_;
    if (alone)
        --large_;
    changed_.notify_all();
}

}  // namespace kaspar::signer

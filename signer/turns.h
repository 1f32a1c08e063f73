// Who may use the machine when several zones are executed at once: small zones side by side, each
// with one thread; a large zone alone, with all threads. Waiting large zones let no other begin, so
// that zones go in the order in which they came.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace kaspar::signer {

class Turns {
  public:
    /// Zones of more octets, input and output together, are large: some thousand records.
    static constexpr std::uint64_t largest_small_zone = 1u << 20;

    /// A zone's turn, until it is dropped.
    class Turn {
      public:
        Turn(Turn&& other) noexcept;
        Turn& operator=(Turn&&) = delete;
        ~Turn();

        bool alone() const { return alone_; }

      private:
        friend class Turns;
        Turn(Turns& turns, bool alone) : turns_(&turns), alone_(alone) {}
        Turns* turns_;  ///< nullptr: given on
        bool alone_;
    };

    /// Waits until a zone that reads so many octets may begin.
    Turn take(std::uint64_t octets);

  private:
    void give_back(bool alone);

    std::mutex mutex_;
    std::condition_variable changed_;
    unsigned at_work_ = 0;  ///< turns taken
    unsigned large_ = 0;    ///< zones that are, or wait
};

}  // namespace kaspar::signer

// Who may use the machine when several zones are executed at once: small zones side by side, each
// with one thread, so many as memory allows; a large zone alone, with all threads. Waiting large
// zones let no other begin, so that zones go in the order in which they came.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace kaspar::signer {

class Turns {
  public:
    /// Zones of more octets, input and output together, are large: some thousand records.
    static constexpr std::uint64_t largest_small_zone = 1u << 20;

    /// Zones side by side have no more octets together; in memory they take several times as much.
    static constexpr std::uint64_t most_octets = 16u << 20;

    /// A zone's turn, until it is dropped.
    class Turn {
      public:
        Turn(Turn&& other) noexcept;
        Turn& operator=(Turn&&) = delete;
        ~Turn();

        bool alone() const { return is_large(octets_); }

      private:
        friend class Turns;
        Turn(Turns& turns, std::uint64_t octets) : turns_(&turns), octets_(octets) {}
        Turns* turns_;  ///< nullptr: given on
        std::uint64_t octets_;
    };

    /// Waits until a zone that reads so many octets may begin.
    Turn take(std::uint64_t octets);

  private:
    static bool is_large(std::uint64_t octets) { return octets > largest_small_zone; }
    bool is_room_for(std::uint64_t octets) const;
    void give_back(std::uint64_t octets);

    std::mutex mutex_;
    std::condition_variable changed_;
    unsigned at_work_ = 0;      ///< turns taken
    std::uint64_t octets_ = 0;  ///< of their zones
    unsigned large_ = 0;        ///< zones, at work or waiting
};

}  // namespace kaspar::signer

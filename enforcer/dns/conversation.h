// One server being asked one question: over UDP, some times, then over TCP (RFC 7766). Whoever
// holds it waits for its socket; it never blocks.
#pragma once

#include <poll.h>

#include <chrono>

#include "common/system/descriptor.h"
#include "common/values/server_address.h"
#include "enforcer/dns/message.h"

namespace kaspar::enforcer {

/// How long one server is given.
struct Patience {
    unsigned tries = 3;  ///< over UDP; each waits twice as long as the one before
    std::chrono::milliseconds first_wait{700};
    std::chrono::milliseconds tcp_wait{4000};
};

/// Not the clock of the world, which a person may set.
using Instant = std::chrono::steady_clock::time_point;

class Conversation {
  public:
    /// Sends the question.
    Conversation(ServerAddress server, Query query, const Patience& patience, Instant now);

    bool ended() const { return result_.has_value(); }

    /// How it ended. Fault: io without an answer; input if what came is none.
    Result<Answer> take() { return std::move(*result_); }

    /// What it waits for, and until when.
    pollfd awaited() const;
    Instant deadline() const { return deadline_; }

    void on_ready(Instant now);
    void on_deadline(Instant now);

  private:
    enum class State { datagram, connecting, sending, receiving };

    void end(Result<Answer> result);
    void end_stream(std::string_view words);
    void give_up(Instant now, const std::string& words);
    bool open(int type);
    int connect_to_server();
    void send_datagram(Instant now);
    void take_datagram(Instant now);
    void note_unreachable(Instant now, int error);
    void read_datagram(Bytes octets, Instant now);
    void connect_stream(Instant now);
    void finish_connecting();
    void send_stream();
    void take_stream();
    void read_stream(std::size_t length);

    ServerAddress server_;
    Query query_;
    Patience patience_;
    std::chrono::milliseconds wait_;
    Instant began_, deadline_;
    State state_ = State::datagram;
    Descriptor socket_{-1};
    unsigned tries_ = 0, strangers_ = 0;
    Bytes stream_;  ///< what is still to be sent, then what has come
    std::string trouble_ = "no answer";
    std::optional<Result<Answer>> result_;
};

}  // namespace kaspar::enforcer

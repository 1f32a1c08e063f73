#include "enforcer/dns/conversation.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace kaspar::enforcer {

namespace {

/// Replies that are not to our question come from somebody who guesses (RFC 5452 §9.1): after so
/// many, only TCP is believed, which takes more than a guess.
constexpr unsigned most_strangers = 3;

/// A server that says at once that nobody listens may be starting; it is asked again after this.
constexpr std::chrono::milliseconds pause_when_unreachable{250};

constexpr std::size_t most_octets = 65535;

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;
};

SocketAddress socket_address(const ServerAddress& server) {
    SocketAddress made;
    if (server.is_ipv6()) {
        auto* to = reinterpret_cast<sockaddr_in6*>(&made.storage);
        to->sin6_family = AF_INET6;
        to->sin6_port = htons(server.port);
        inet_pton(AF_INET6, server.address.c_str(), &to->sin6_addr);
        made.length = sizeof(sockaddr_in6);
    } else {
        auto* to = reinterpret_cast<sockaddr_in*>(&made.storage);
        to->sin_family = AF_INET;
        to->sin_port = htons(server.port);
        inet_pton(AF_INET, server.address.c_str(), &to->sin_addr);
        made.length = sizeof(sockaddr_in);
    }
    return made;
}

std::string words_of(int error) {
    return std::generic_category().message(error);
}

bool is_for_later(int error) {
    return error == EAGAIN || error == EINTR || error == EINPROGRESS;
}

}  // namespace

Conversation::Conversation(ServerAddress server, Query query, const Patience& patience, Instant now)
    : server_(std::move(server)),
      query_(std::move(query)),
      patience_(patience),
      wait_(patience.first_wait),
      began_(now) {
    send_datagram(now);
}

pollfd Conversation::awaited() const {
    const bool to_send = state_ == State::connecting || state_ == State::sending;
    const short events = to_send ? POLLOUT : POLLIN;
    return {socket_.number(), events, 0};
}

void Conversation::on_ready(Instant now) {
    switch (state_) {
        case State::datagram:
            return take_datagram(now);
        case State::connecting:
            return finish_connecting();
        case State::sending:
            return send_stream();
        case State::receiving:
            return take_stream();
    }
}

void Conversation::on_deadline(Instant now) {
    if (state_ != State::datagram)
        return give_up(now, trouble_);
    if (tries_ == patience_.tries)
        return connect_stream(now);
    wait_ *= 2;
    send_datagram(now);
}

void Conversation::end(Result<Answer> result) {
    result_ = std::move(result);
    socket_ = Descriptor(-1);
}

void Conversation::end_stream(std::string_view words) {
    end(Fault{FaultClass::io, fmt::format("{}; over TCP: {}", trouble_, words)});
}

void Conversation::give_up(Instant now, const std::string& words) {
    const auto waited = std::chrono::ceil<std::chrono::seconds>(now - began_);
    end(Fault{FaultClass::io, fmt::format("{} within {} s", words, waited.count())});
}

bool Conversation::open(int type) {
    const int family = server_.is_ipv6() ? AF_INET6 : AF_INET;
    socket_ = Descriptor(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_.valid())
        end(Fault{FaultClass::io, "no socket: " + words_of(errno)});
    return socket_.valid();
}

/// 0, or the error. A connected datagram socket gets nothing from others than the server.
int Conversation::connect_to_server() {
    const SocketAddress to = socket_address(server_);
    const auto* address = reinterpret_cast<const sockaddr*>(&to.storage);
    return ::connect(socket_.number(), address, to.length) == 0 ? 0 : errno;
}

/// From a socket of its own each time: another port for whoever guesses.
void Conversation::send_datagram(Instant now) {
    ++tries_;
    deadline_ = now + wait_;
    if (!open(SOCK_DGRAM))
        return;
    const auto wire = query_.wire();
    if (const int error = connect_to_server(); error != 0)
        note_unreachable(now, error);
    else if (::send(socket_.number(), wire.data(), wire.size(), MSG_NOSIGNAL) < 0)
        note_unreachable(now, errno);
}

void Conversation::note_unreachable(Instant now, int error) {
    trouble_ = fmt::format("no answer ({})", words_of(error));
    deadline_ = std::min(deadline_, now + pause_when_unreachable);
}

void Conversation::take_datagram(Instant now) {
    Bytes octets(most_octets);
    const auto got = ::recv(socket_.number(), octets.data(), octets.size(), 0);
    if (got < 0 && !is_for_later(errno))
        note_unreachable(now, errno);
    if (got < 0)
        return;
    octets.resize(static_cast<std::size_t>(got));
    read_datagram(std::move(octets), now);
}

void Conversation::read_datagram(Bytes octets, Instant now) {
    auto read = query_.read(std::move(octets));
    if (!read.ok())
        return end(std::move(read).fault());
    auto& reply = *read;
    if (reply && !reply->truncated)
        return end(std::move(reply->answer));
    if (!reply && ++strangers_ < most_strangers)
        return;
    trouble_ = reply ? "truncated answer" : "replies that are not to the question";
    connect_stream(now);
}

void Conversation::connect_stream(Instant now) {
    state_ = State::connecting;
    deadline_ = now + patience_.tcp_wait;
    if (!open(SOCK_STREAM))
        return;
    const int error = connect_to_server();
    if (error != 0 && !is_for_later(error))
        return end_stream(words_of(error));
    const auto wire = query_.wire();
    stream_ = {static_cast<std::uint8_t>(wire.size() >> 8), static_cast<std::uint8_t>(wire.size())};
    stream_.insert(stream_.end(), wire.begin(), wire.end());
}

void Conversation::finish_connecting() {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0)
        return end_stream(words_of(error));
    state_ = State::sending;
    send_stream();
}

void Conversation::send_stream() {
    const auto sent = ::send(socket_.number(), stream_.data(), stream_.size(), MSG_NOSIGNAL);
    if (sent < 0 && !is_for_later(errno))
        return end_stream(words_of(errno));
    if (sent > 0)
        stream_.erase(stream_.begin(), stream_.begin() + sent);
    if (stream_.empty())
        state_ = State::receiving;
}

void Conversation::take_stream() {
    std::array<std::uint8_t, 4096> piece{};
    const auto got = ::recv(socket_.number(), piece.data(), piece.size(), 0);
    if (got == 0)
        return end_stream("the server closed the connection");
    if (got < 0 && !is_for_later(errno))
        return end_stream(words_of(errno));
    if (got < 0)
        return;
    stream_.insert(stream_.end(), piece.begin(), piece.begin() + got);
    if (stream_.size() < 2)
        return;
    const std::size_t length = std::size_t{stream_[0]} << 8 | stream_[1];
    if (stream_.size() >= length + 2)
        read_stream(length);
}

void Conversation::read_stream(std::size_t length) {
    const auto first = stream_.begin() + 2;
    auto read = query_.read(Bytes(first, first + static_cast<std::ptrdiff_t>(length)));
    if (!read.ok())
        return end(std::move(read).fault());
    if (!*read || (*read)->truncated)
        return end(Fault{FaultClass::input, "what came over TCP is no answer to the question"});
    end(std::move((*read)->answer));
}

}  // namespace kaspar::enforcer

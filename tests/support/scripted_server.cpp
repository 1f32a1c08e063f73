#include "tests/support/scripted_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "tests/support/catch.h"

namespace kaspar::test {

namespace {

void put(std::string& wire, std::uint32_t number, int octets) {
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
        wire += static_cast<char>(number >> shift);
}

/// Header and question, without the additional section.
std::string question_of(const std::string& query) {
    std::size_t end = 12;
    while (query[end] != 0)
        end += static_cast<std::size_t>(query[end]) + 1;
    return query.substr(0, end + 5);
}

/// Binds to a free port of 127.0.0.LAST and gives its number.
std::uint16_t bind_to(int socket, std::uint32_t last) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last);
    socklen_t length = sizeof here;
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&here), length) == 0);
    REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &length) == 0);
    return ntohs(here.sin_port);
}

void send_all(int socket, const std::vector<std::string>& replies, const sockaddr_storage& to,
              socklen_t length) {
    for (const std::string& reply : replies)
        ::sendto(socket, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                 length);
}

}  // namespace

ScriptedServer::ScriptedServer(Script script, Script stranger)
    : script_(std::move(script)),
      stranger_(std::move(stranger)),
      socket_(::socket(AF_INET, SOCK_DGRAM, 0)),
      strange_(::socket(AF_INET, SOCK_DGRAM, 0)),
      stop_(::eventfd(0, 0)) {
    port_ = bind_to(socket_, 1);
    bind_to(strange_, 2);
    thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
    thread_.join();
    ::close(socket_);
    ::close(strange_);
    ::close(stop_);
}

void ScriptedServer::serve() {
    std::array<pollfd, 2> awaited{{{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    while (::poll(awaited.data(), awaited.size(), -1) > 0 && awaited[1].revents == 0) {
        std::array<char, 4096> octets{};
        sockaddr_storage from{};
        socklen_t length = sizeof from;
        const auto got = ::recvfrom(socket_, octets.data(), octets.size(), 0,
                                    reinterpret_cast<sockaddr*>(&from), &length);
        if (got <= 0)
            continue;
        ++queries_;
        const std::string query(octets.data(), static_cast<std::size_t>(got));
        if (stranger_)
            send_all(strange_, stranger_(query), from, length);
        send_all(socket_, script_(query), from, length);
    }
}

std::string answer_to(const std::string& query, const std::vector<std::string>& records) {
    std::string reply = question_of(query);
    reply[2] = static_cast<char>((query[2] & 0x78) | 0x84);  // its opcode; QR, AA
    reply[3] = 0;
    reply[6] = 0;
    reply[7] = static_cast<char>(records.size());
    for (const std::size_t counts : {std::size_t{8}, std::size_t{10}})
        reply[counts] = reply[counts + 1] = 0;
    for (const std::string& one : records)
        reply += one;
    return reply;
}

std::string record(std::uint16_t type, std::uint32_t ttl, const std::string& rdata) {
    std::string wire{static_cast<char>(0xc0), static_cast<char>(12)};
    put(wire, type, 2);
    put(wire, 1, 2);
    put(wire, ttl, 4);
    put(wire, static_cast<std::uint32_t>(rdata.size()), 2);
    return wire + rdata;
}

}  // namespace kaspar::test

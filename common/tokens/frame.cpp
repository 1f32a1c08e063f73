#include "common/tokens/frame.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/tokens/messages.h"

namespace kaspar::token {
namespace {

using std::chrono::milliseconds;

/// Waits until the socket is ready; false with errno ETIMEDOUT if it is not in time.
bool wait_for(int socket, short events, Deadline deadline) {
    for (;;) {
        int left = -1;
        if (deadline) {
            const auto until =
                std::chrono::ceil<milliseconds>(*deadline - std::chrono::steady_clock::now());
            left = static_cast<int>(std::clamp<milliseconds::rep>(until.count(), 0, 1'000'000));
        }
        pollfd waiting{socket, events, 0};
        const int ready = ::poll(&waiting, 1, left);
        if (ready > 0)
            return true;
        if (ready == 0) {
            errno = ETIMEDOUT;
            return false;
        }
        if (errno != EINTR)
            return false;
    }
}

bool send_all(int socket, BytesView octets, Deadline deadline) {
    while (!octets.empty()) {
        const auto sent = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            octets = octets.subspan(static_cast<std::size_t>(sent));
            continue;
        }
        const bool may_go_on = errno == EINTR || errno == EAGAIN;
        if (!may_go_on || !wait_for(socket, POLLOUT, deadline))
            return false;
    }
    return true;
}

bool receive_all(int socket, std::span<std::uint8_t> into, Deadline deadline) {
    while (!into.empty()) {
        if (!wait_for(socket, POLLIN, deadline))
            return false;
        const auto got = ::recv(socket, into.data(), into.size(), MSG_DONTWAIT);
        if (got > 0)
            into = into.subspan(static_cast<std::size_t>(got));
        else if (got == 0) {
            errno = EPIPE;
            return false;
        } else if (errno != EINTR && errno != EAGAIN)
            return false;
    }
    return true;
}

constexpr std::size_t length_size = 4;
using Length = std::array<std::uint8_t, length_size>;

}  // namespace

bool send_frame(int socket, BytesView octets, Deadline deadline) {
    Length length;
    for (std::size_t i = 0; i < length_size; ++i)
        length[i] = static_cast<std::uint8_t>(octets.size() >> (8 * (length_size - 1 - i)));
    return send_all(socket, length, deadline) && send_all(socket, octets, deadline);
}

std::optional<Bytes> receive_frame(int socket, Deadline deadline) {
    Length length;
    if (!receive_all(socket, length, deadline))
        return std::nullopt;
    std::size_t size = 0;
    for (const std::uint8_t octet : length)
        size = size << 8 | octet;
    if (size > longest_frame) {
        errno = EMSGSIZE;
        return std::nullopt;
    }
    Bytes octets(size);
    if (!receive_all(socket, octets, deadline))
        return std::nullopt;
    return octets;
}

}  // namespace kaspar::token

// Frames over a socket: a length, then so many octets (see messages.h).
#pragma once

#include <chrono>
#include <optional>

#include "common/values/bytes.h"

namespace kaspar::token {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;  ///< absent: none

/// False: the other side is gone, or the deadline passed (errno ETIMEDOUT).
bool send_frame(int socket, BytesView octets, Deadline deadline);

/// Absent: the other side is gone or sends what is no frame, or the deadline passed (errno
/// ETIMEDOUT).
std::optional<Bytes> receive_frame(int socket, Deadline deadline);

}  // namespace kaspar::token

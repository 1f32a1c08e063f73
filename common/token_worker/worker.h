// A token worker: one process, one token, one session. It carries out what its program asks over a
// socket and ends when the program does. Vendor code runs here and nowhere else.
#pragma once

namespace kaspar::token {

/// Serves until the other side closes the socket or sends nonsense.
void serve(int socket);

}  // namespace kaspar::token

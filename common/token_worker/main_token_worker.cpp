// kaspar-token-worker: started by the other programs, never by hand; its standard input is the
// socket to the program that started it.
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "common/system/private_memory.h"
#include "common/token_worker/worker.h"

namespace {

bool is_socket(int descriptor) {
    int type = 0;
    socklen_t size = sizeof(type);
    return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

/// The program died while the module is busy. It gets some time to come to an end in order (a
/// module killed in the middle of a login may leave its token damaged); then it is ended.
void end_soon(int) {
    constexpr unsigned patience = 60;  // seconds
    alarm(patience);
}

}  // namespace

int main() {
    kaspar::keep_memory_private();
    if (!is_socket(STDIN_FILENO)) {
        std::fputs("kaspar-token-worker is started by the other programs of Kaspar\n", stderr);
        return 2;
    }
    // It ends when its program closes the socket; a signal to a whole group of processes must not
    // end it in the middle of a login.
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
    std::signal(SIGUSR1, end_soon);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    kaspar::token::serve(STDIN_FILENO);
    return 0;
}

#include "common/tokens/worker_process.h"

extern "C" {
#include <sys/pidfd.h>  // of glibc 2.36: says nothing of C++
}

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "common/tokens/frame.h"

namespace kaspar::token {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long a worker that was told to end may take before it is killed.
constexpr milliseconds parting_time{5000};

/// True if the process has ended by then.
bool has_ended(int process, milliseconds patience) {
    pollfd handle{process, POLLIN, 0};
    const auto deadline = steady_clock::now() + patience;
    int ready = 0;
    do {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        ready = ::poll(&handle, 1, static_cast<int>(std::max(left, milliseconds{0}).count()));
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

}  // namespace

std::unique_ptr<WorkerProcess> WorkerProcess::start(const std::vector<std::string>& without,
                                                    Reply& hindrance) {
    auto started = start_worker(without);
    if (started.ok())
        return std::unique_ptr<WorkerProcess>(new WorkerProcess(std::move(started).value()));
    const bool absent = started.fault().kind == FaultClass::absent;
    hindrance =
        hindered(absent ? Hindrance::absent : Hindrance::lost, std::move(started).fault().words);
    return nullptr;
}

// Whoever started it waits for it; if that was this process, it has no zombie left.
WorkerProcess::~WorkerProcess() {
    { const auto closed = std::move(started_.socket); }
    const int process = started_.process.number();
    if (!has_ended(process, hangs_ ? milliseconds{0} : parting_time))
        ::pidfd_send_signal(process, SIGKILL, nullptr, 0);
    siginfo_t ignored;
    ::waitid(P_PIDFD, static_cast<id_t>(process), &ignored, WEXITED);
}

Reply WorkerProcess::lose(std::string words) {
    hangs_ = hangs_ || errno == ETIMEDOUT;
    return hindered(Hindrance::lost, std::move(words));
}

void WorkerProcess::send(const Request& request, milliseconds patience) {
    (void)send_frame(started_.socket.number(), encode(request), steady_clock::now() + patience);
}

Reply WorkerProcess::receive(milliseconds patience) {
    const auto octets = receive_frame(started_.socket.number(), steady_clock::now() + patience);
    if (!octets)
        return lose(errno == ETIMEDOUT
                        ? "the module does not answer"
                        : "the token worker ended in the middle of its work: the module crashed");
    auto reply = decode_reply(*octets);
    if (reply)
        return *std::move(reply);
    return hindered(Hindrance::lost, "the token worker's answer makes no sense");
}

Reply WorkerProcess::open(const Request& request, const Secret& pin, milliseconds patience) {
    send(request, patience);
    (void)send_frame(started_.socket.number(), as_bytes(pin.text()),
                     steady_clock::now() + patience);
    return receive(patience);
}

}  // namespace kaspar::token

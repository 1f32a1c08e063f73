// One token worker as its program sees it: a process that is started, asked, and replaced when it
// crashes or hangs. What it says in reply is words and hindrances; that it is gone is one, too.
#pragma once

#include <chrono>
#include <memory>

#include "common/system/secret.h"
#include "common/tokens/messages.h"
#include "common/tokens/worker_start.h"

namespace kaspar::token {

class WorkerProcess {
  public:
    /// Starts it (worker_start.h), its environment without the variables named. Null, and a
    /// hindrance: it cannot be started.
    static std::unique_ptr<WorkerProcess> start(const std::vector<std::string>& without,
                                                Reply& hindrance);

    /// Lets the worker end in order; kills it if it does not.
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    /// Opens the token. The PIN goes over the socket and nowhere else.
    Reply open(const Request& request, const Secret& pin, std::chrono::milliseconds patience);

    /// Sends a request; the worker answers in the order of the requests. That it is gone shows when
    /// its answer is received.
    void send(const Request& request, std::chrono::milliseconds patience);

    /// The next answer. Hindrance::lost if the worker is gone or does not answer in time; it is of
    /// no use then.
    Reply receive(std::chrono::milliseconds patience);

    Reply ask(const Request& request, std::chrono::milliseconds patience) {
        send(request, patience);
        return receive(patience);
    }

  private:
    explicit WorkerProcess(StartedWorker started) : started_(std::move(started)) {}
    Reply lose(std::string words);

    StartedWorker started_;
    bool hangs_ = false;
};

}  // namespace kaspar::token

// How the sessions of one token log in: one after the other, one attempt a PIN, and with growing
// pauses after a failure.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "common/formats/configuration.h"
#include "common/tokens/worker_process.h"

namespace kaspar::token {

class Login {
  public:
    explicit Login(KeyStoreConfiguration configuration)
        : configuration_(std::move(configuration)) {}

    /// Starts a worker and logs it in; the answer, with what the token says of itself. Null and a
    /// hindrance: it was not let in, or it is too soon after somebody else was not.
    std::unique_ptr<WorkerProcess> start(Reply& answer);

    /// How long the answer to a request is waited for.
    std::chrono::milliseconds patience(Operation operation) const;

    const KeyStoreConfiguration& configuration() const { return configuration_; }

  private:
    std::unique_ptr<WorkerProcess> attempt(Reply& answer);
    Result<const Secret*> pin();

    const KeyStoreConfiguration configuration_;
    std::mutex turn_;            ///< held while somebody logs in; guards all below
    std::optional<Secret> pin_;  ///< read last
    unsigned failures_ = 0;
    Reply last_refusal_;
    std::chrono::steady_clock::time_point quiet_until_;  ///< no log-in is tried before
};

}  // namespace kaspar::token

#include "common/tokens/login.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/system/log.h"
#include "common/tokens/refused_pin.h"

namespace kaspar::token {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A token that did not let us in is left in peace for a second, then two, four … a minute: there
/// may be a thousand zones that want it.
constexpr milliseconds first_pause{1000};
constexpr unsigned most_doublings = 6;

}  // namespace

milliseconds Login::patience(Operation operation) const {
    const milliseconds usual = configuration_.timeout;
    const bool slow = operation == Operation::open || operation == Operation::generate;
    return slow ? 3 * usual : usual;
}

std::unique_ptr<WorkerProcess> Login::start(Reply& answer) {
    const std::lock_guard turn(turn_);
    if (failures_ > 0 && steady_clock::now() < quiet_until_) {
        answer = last_refusal_;
        return nullptr;
    }
    auto worker = attempt(answer);
    if (answer.ok()) {
        failures_ = 0;
        return worker;
    }
    quiet_until_ = steady_clock::now() + first_pause * (1 << std::min(failures_++, most_doublings));
    last_refusal_ = answer;
    return nullptr;
}

/// Read anew for every log-in, as it may have been changed; but a person is asked only once.
Result<const Secret*> Login::pin() {
    if (!pin_ || !configuration_.pin.prompt) {
        KASPAR_TRY(pin_, read_secret(configuration_.pin, "PIN of " + configuration_.token.text()));
    }
    return &*pin_;
}

std::unique_ptr<WorkerProcess> Login::attempt(Reply& answer) {
    if (const auto refused = refused_pin(configuration_)) {
        answer = hindered(Hindrance::pin_refused,
                          fmt::format("it was refused at {} ({}), and is not tried again",
                                      to_rfc3339(refused->since), refused->words));
        return nullptr;
    }
    const auto secret = pin();
    if (!secret.ok()) {
        answer = hindered(Hindrance::absent, "its PIN: " + secret.fault().words);
        return nullptr;
    }
    auto worker = WorkerProcess::start(configuration_.secret_variables, answer);
    if (worker == nullptr)
        return nullptr;
    Request request;
    request.operation = Operation::open;
    request.module = configuration_.module;
    request.token = configuration_.token;
    request.final_try = configuration_.final_try;
    answer = worker->open(request, **secret, patience(request.operation));
    if (answer.hindrance == Hindrance::pin_refused)
        if (const auto noted = note_refused_pin(configuration_, answer.words); !noted.ok())
            log_warning("token", noted.fault().words);
    return worker;
}

}  // namespace kaspar::token

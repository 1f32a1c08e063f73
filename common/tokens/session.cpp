#include "common/tokens/session.h"

#include <fmt/format.h>

#include "common/keys/signing_key.h"
#include "common/tokens/token_input.h"

namespace kaspar::token {
namespace {

using std::chrono::milliseconds;

/// A key in one worker, for its proof of possession there.
class Prover final : public SigningKey {
  public:
    Prover(WorkerProcess& worker, const CrewKey& key, milliseconds patience)
        : worker_(worker), key_(key), patience_(patience) {}

    const PublicKey& public_key() const override { return key_.on_record; }

    Result<Bytes> sign(BytesView message) override {
        reply_ = worker_.ask(
            signing_request(key_, {token_input(key_.on_record.algorithm, message)}), patience_);
        if (!reply_.ok() || reply_.signatures.size() != 1)
            return Fault{FaultClass::key, reply_.words};
        return std::move(reply_.signatures.front());
    }

    Result<std::unique_ptr<SigningKey>> duplicate() const override {
        return std::unique_ptr<SigningKey>(std::make_unique<Prover>(worker_, key_, patience_));
    }

    const Reply& reply() const { return reply_; }

  private:
    WorkerProcess& worker_;
    const CrewKey& key_;
    milliseconds patience_;
    Reply reply_;
};

}  // namespace

Request signing_request(const CrewKey& key, std::vector<Bytes> inputs) {
    Request request;
    request.operation = Operation::sign;
    request.id = key.id;
    request.algorithm = key.on_record.algorithm;
    request.inputs = std::move(inputs);
    return request;
}

Reply Session::start() {
    if (worker_ == nullptr)
        worker_ = login_.start(opened_);
    return opened_;
}

Reply Session::prove(const CrewKey& key) {
    if (has_proven(key))
        return Reply{};
    Request request;
    request.operation = Operation::find;  // signing with an unknown id would cost the login
    request.id = key.id;
    Reply reply = ask(request);
    if (!reply.ok())
        return reply;
    if (reply.keys.size() != 1)
        return hindered(Hindrance::lost, "the token worker's answer makes no sense");
    const Bytes& there = reply.keys.front().public_octets;
    if (!there.empty() && there != key.on_record.octets)
        return hindered(Hindrance::failed,
                        fmt::format("the token holds another key than {} under that id; do not use "
                                    "it; restore the token from its backup",
                                    key.on_record.fingerprint()));
    Prover prover(*worker_, key, login_.patience(Operation::sign));
    if (const auto outcome = prove_possession(prover, key.on_record); !outcome.ok())
        return prover.reply().ok() ? hindered(Hindrance::failed, outcome.fault().words)
                                   : prover.reply();
    proven_.insert(key);
    return Reply{};
}

Reply Session::ask(const Request& request) {
    send(request);
    return receive(request.operation);
}

void Session::send(const Request& request) {
    worker_->send(request, login_.patience(request.operation));
}

Reply Session::receive(Operation operation) {
    return worker_->receive(login_.patience(operation));
}

void Session::dismiss() {
    worker_.reset();
    proven_.clear();
}

}  // namespace kaspar::token

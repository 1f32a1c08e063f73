// One session with a token: its worker, if one is started, and which keys have proven themselves in
// it. A worker that is lost is dismissed; the next use starts another, in which nothing is proven.
#pragma once

#include <set>

#include "common/tokens/login.h"
#include "common/values/dnskey.h"

namespace kaspar::token {

/// A key that a token signs with: its id there, and its public half on record.
struct CrewKey {
    Bytes id;
    PublicKey on_record;

    auto operator<=>(const CrewKey&) const = default;
};

Request signing_request(const CrewKey& key, std::vector<Bytes> inputs);

class Session {
  public:
    explicit Session(Login& login) : login_(login) {}

    bool is_up() const { return worker_ != nullptr; }
    bool has_proven(const CrewKey& key) const { return proven_.contains(key); }

    /// Starts a worker if there is none; the answer to its log-in.
    Reply start();

    /// Has the key prove itself, if it has not in this worker: it is looked up, its public half
    /// compared with the one on record, and it signs a nonce (design promise 5).
    Reply prove(const CrewKey& key);

    /// As WorkerProcess has them.
    void send(const Request& request);
    Reply receive(Operation operation);

    /// Ends the worker.
    void dismiss();

  private:
    Reply ask(const Request& request);

    Login& login_;
    std::unique_ptr<WorkerProcess> worker_;
    Reply opened_;  ///< the answer to the last log-in
    std::set<CrewKey> proven_;
};

}  // namespace kaspar::token

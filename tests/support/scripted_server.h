// A name server that says what a test wants, true or not: for what no real one would do.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace kaspar::test {

class ScriptedServer {
  public:
    /// Gives the datagrams to be sent in answer to one, each whole.
    using Script = std::function<std::vector<std::string>(const std::string& query)>;

    /// Listens on a port of 127.0.0.1 for UDP; nobody listens there for TCP.
    /// What `stranger` gives is sent first, from another address and port.
    explicit ScriptedServer(Script script, Script stranger = {});
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;
    ~ScriptedServer();

    std::uint16_t port() const { return port_; }
    unsigned queries() const { return queries_; }

  private:
    void serve();

    Script script_, stranger_;
    int socket_ = -1, strange_ = -1, stop_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<unsigned> queries_ = 0;
    std::thread thread_;
};

/// The query as an authoritative answer with these records, each already in wire format with a
/// pointer to the question as its owner (c0 0c …).
std::string answer_to(const std::string& query, const std::vector<std::string>& records);

/// A record of class IN for answer_to().
std::string record(std::uint16_t type, std::uint32_t ttl, const std::string& rdata);

}  // namespace kaspar::test

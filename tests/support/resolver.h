// A real validating resolver (unbound) on a port of 127.0.0.1, which knows the zones of one name
// server and a trust anchor, and nothing else of the world.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/support/name_server.h"

namespace kaspar::test {

/// What a validating resolver makes of an answer (RFC 4035 §4.3).
enum class Security { secure, insecure, bogus };

struct Resolution {
    Security security;  ///< AD bit; neither AD nor failure; SERVFAIL for a DNSSEC reason
    std::string status;
    unsigned records;
};

class Resolver {
  public:
    /// `trust_anchor`: a DS record in presentation format. Its cache is empty. It validates by the
    /// system's clock.
    Resolver(const NameServer& server, const std::string& trust_anchor);

    /// Fails the test if there is no answer, or SERVFAIL for another reason than DNSSEC.
    Resolution resolve(const std::string& name, const std::string& type);

    std::uint16_t port() const { return port_; }

    /// What it told, validation failures with their reasons included.
    std::string log() const { return process_->log(); }

  private:
    TempFolder folder_;
    std::uint16_t port_;
    std::unique_ptr<ServerProcess> process_;
};

std::ostream& operator<<(std::ostream& out, Security security);

}  // namespace kaspar::test

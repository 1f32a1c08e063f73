// A real authoritative name server (nsd) that serves zone files on a port of 127.0.0.1.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/server_process.h"
#include "tests/support/temp_folder.h"

namespace kaspar::test {

struct ServedZone {
    std::string name;  ///< absolute
    std::filesystem::path file;
};

class NameServer {
  public:
    /// Serves the zones; returns when it answers for each of them, else fails the test. `clauses`
    /// are added to its configuration (nsd.conf(5)).
    explicit NameServer(std::vector<ServedZone> zones, const std::string& clauses = "");

    /// Has it read the zone files again.
    void restart();

    std::uint16_t port() const { return port_; }
    const std::vector<ServedZone>& zones() const { return zones_; }

  private:
    void start();

    TempFolder folder_;
    std::vector<ServedZone> zones_;
    std::uint16_t port_;
    std::unique_ptr<ServerProcess> process_;
};

/// What dig shows of one answer.
struct Answer {
    std::string status;      ///< "NOERROR", "NXDOMAIN", "SERVFAIL" …; empty: no answer
    std::string flags;       ///< "qr rd ra ad"
    std::string ede;         ///< extended DNS error (RFC 8914): "6 (DNSSEC Bogus)"; mostly empty
    unsigned records;        ///< in the answer section, RRSIGs included
    std::string everything;  ///< all that dig printed

    bool has_flag(const std::string& flag) const;
};

/// Asks the server at 127.0.0.1 with the DO bit set.
Answer ask(std::uint16_t port, const std::string& name, const std::string& type);

}  // namespace kaspar::test

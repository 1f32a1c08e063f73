// A zone in a sandbox, and the servers of its parent: real ones, that have the DS records that a
// test gives them.
#pragma once

#include <memory>

#include "tests/scenarios/sandbox.h"
#include "tests/support/name_server.h"
#include "tests/support/scripted_server.h"

namespace kaspar::test {

/// One real server (nsd) of "org".
class ParentServer {
  public:
    /// `clauses`: as of NameServer.
    explicit ParentServer(const std::string& clauses = "");

    /// Serves these DS records of example.org, and no others, from now on.
    void serve(const std::string& ds_lines);

    std::string address() const;
    std::uint16_t port() const { return server_->port(); }

  private:
    TempFolder folder_;
    std::unique_ptr<NameServer> server_;
    unsigned serial_ = 0;
};

/// example.org with a policy whose "parent" is as given, signed and ready for its first DS.
class ParentSite {
  public:
    /// `parent`: fields of the policy's "parent", but the TTLs.
    explicit ParentSite(const std::string& parent);

    /// Adds a field to kaspar.json.
    void configure(const std::string& field, const nlohmann::json& value);

    /// Goes on until the DS is asked for.
    void reach_ds();

    /// One pass of the enforcer at this time, and a perfect signer after it.
    void step();

    /// The same after this time.
    void step_after(Duration time);

    /// The DS that the parent should have, as `ds show` prints them.
    std::string wanted() const;
    std::string state_of_ds() const;  ///< of the newest ksk
    CommandResult check() const;
    std::string log() const;

    Sandbox& box() { return box_; }

  private:
    Sandbox box_;
};

}  // namespace kaspar::test

// The life of one zone with the real programs on a simulated clock, by a policy whose waits are
// minutes (minute_policy.h): enforcer, signer and the operator's words for the DS, step by step.
// After every step every program says that all is well, the verifier accepts the zone, and no
// resolver finds it bogus, whatever mixture of what was published it holds.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/installation.h"
#include "tests/support/resolver_caches.h"
#include "tests/support/soft_token.h"

namespace kaspar::test {

class MinuteLife {
  public:
    /// A policy's text; it has a token if it speaks of the key store "hsm".
    explicit MinuteLife(const std::string& policy);

    void set_policy(const std::string& text) { site.write("policies/test.json", text); }

    nlohmann::json status() const;

    /// "ksk ecdsap256sha256" of each key whose DNSKEY or DS caches may hold, sorted.
    std::vector<std::string> keys() const;

    std::string ds() const { return site.kaspar({"ds", "show", "example.com"}).output; }

    /// Lives on for `length`, a step every ten minutes, the operator answering at once.
    void live(Duration length, bool is_signed = true);

    /// Only the enforcer does its part. True if it gave a new instruction.
    bool enforce();

    /// Nobody does anything.
    void be_away(Duration length) { now += length; }

    Installation site;
    std::optional<SoftToken> token;
    Time now = *parse_rfc3339("2026-11-24T00:00:00Z");

  private:
    void step(bool is_signed);
    void parent_takes_ds();
    void judge();

    ResolverCaches caches_;
    bool liberal_ = false;
};

/// Until the first signing is over and the parent has the DS.
void become_secure(MinuteLife& life);

}  // namespace kaspar::test

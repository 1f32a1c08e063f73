// An installation whose key store "hsm" is a token behind the module that makes trouble on order,
// and one zone or two with keys there; told in few words for the tests of whole programs.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/support/installation.h"
#include "tests/support/soft_token.h"
#include "tests/support/token_trouble.h"

namespace kaspar::test {

inline const std::string zone = "example.com", output = zone + ".signed", other = "example.org";

/// A line of "keys" in a policy; the key stores as JSON.
std::string key_line(const std::string& role, const std::string& keystores = R"("hsm")",
                     const std::string& algorithm = "ecdsap256sha256",
                     const std::string& more = "");

/// KSK and ZSK in the token.
extern const std::string ksk_and_zsk;

std::string policy_of(const std::string& key_lines);

/// A zone of so many names h0, h1, … beside its apex.
std::string zone_of(int names);

/// All that a program said, on both streams.
std::string said(const CommandResult& result);

/// That it said all of these, however it broke its lines.
void check_says(const CommandResult& result, const std::vector<std::string>& words);

/// The same of one that must end with exit status 1.
void check_complains(const CommandResult& result, const std::vector<std::string>& words);

/// Puts a P-256 key on the token of that label behind the programs' back.
void make_key(const SoftToken& token, const std::string& label, const std::string& locator);

/// Takes the private half of a key away from it.
void lose_key(const SoftToken& token, const std::string& locator);

struct TokenSite {
    /// `more` are further fields of the key store, after a comma.
    explicit TokenSite(const std::string& keys = ksk_and_zsk, const std::string& more = "");

    void add_zone(const std::string& name = zone, const std::string& policy = "test") const;

    /// The zone is added, signed and verified.
    void sign_first() const;

    /// A pass of both programs, and what the signer did taken in; all of it must go well.
    void work() const;

    /// New content of a zone, which the signer then has to sign.
    void change(int names, const std::string& name = zone) const;

    void wait(Duration time);

    /// The text of the signed zone; empty if there is none.
    std::string published(const std::string& name = zone) const;

    /// That the published zone has this many names and the verifier takes it.
    void check_published(int names, const std::string& name = zone) const;

    /// A run in which the signer cannot sign: what was published stays, octet by octet.
    CommandResult check_refused() const;

    void check_good() const;

    /// What a command shows with --json, whatever its exit status.
    nlohmann::json json(std::vector<std::string> arguments) const;

    /// The zone's keys in that role, as `kaspar key list` tells them.
    std::vector<nlohmann::json> keys(const std::string& role, const std::string& name = zone) const;
    std::string locator(const std::string& role) const;

    Installation programs;
    SoftToken token;
    TokenTrouble trouble;
    Time now;
};

}  // namespace kaspar::test

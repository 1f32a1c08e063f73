// A small zone, and a policy whose waits are minutes: signatures last for days, and are replaced at
// once where a roll asks for it, so that a whole roll takes hours.
#pragma once

#include <string>

namespace kaspar::test {

inline constexpr auto minute_zone = R"($TTL 300
@     SOA  ns.example.net. hostmaster.example.net. 1 3600 900 1209600 300
@     NS   ns.example.net.
www   A    192.0.2.1
*.w   TXT  "wild"
sub   NS   ns.sub
ns.sub A   192.0.2.3
)";

/// `keys`: lines of minute_key() with commas between; `more`: further fields, each with its comma.
std::string minute_policy(const std::string& keys, const std::string& more = "");

std::string minute_key(const std::string& keystore, const std::string& role,
                       const std::string& algorithm = "ecdsap256sha256",
                       const std::string& rollover = "");

}  // namespace kaspar::test

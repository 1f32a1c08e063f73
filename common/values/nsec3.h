// What validators accept of NSEC3 (RFC 5155).
#pragma once

namespace kaspar {

/// The common validators (BIND, Knot Resolver, PowerDNS since CVE-2023-50868) treat zones with more
/// iterations as insecure or bogus; RFC 9276 §3.2 lets them.
constexpr unsigned most_nsec3_iterations = 50;

}  // namespace kaspar

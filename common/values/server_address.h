// Where a name server is reached.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/values/result.h"

namespace kaspar {

struct ServerAddress {
    std::string address;  ///< IPv4 or IPv6, as inet_ntop(3) writes it
    std::uint16_t port = 53;
    std::string tsig_key = {};  ///< its name in the configuration; empty: none

    auto operator<=>(const ServerAddress&) const = default;

    bool is_ipv6() const { return address.find(':') != std::string::npos; }

    /// "192.0.2.1", "2001:db8::1@5300 key transfer".
    std::string text() const;

    /// Reads that form. Fault: input.
    static Result<ServerAddress> from_text(std::string_view text);
};

}  // namespace kaspar

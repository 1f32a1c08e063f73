#include "common/values/server_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace kaspar {

namespace {

constexpr std::uint16_t dns_port = 53;

std::optional<std::uint16_t> port_from(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0)
        return std::nullopt;
    return port;
}

/// The address as the system writes it, so that one has one form.
std::optional<std::string> address_from(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> octets{};
    std::array<char, INET6_ADDRSTRLEN> written{};
    for (const int family : {AF_INET, AF_INET6})
        if (inet_pton(family, text.c_str(), octets.data()) == 1)
            return inet_ntop(family, octets.data(), written.data(), written.size());
    return std::nullopt;
}

Fault not_an_address(std::string_view text, std::string_view what) {
    return {FaultClass::input,
            fmt::format("\"{}\" {}; write it as \"192.0.2.1\", \"2001:db8::1@5300\" or "
                        "\"192.0.2.1 key NAME\"",
                        text, what)};
}

}  // namespace

std::string ServerAddress::text() const {
    return fmt::format("{}{}{}", address, port == dns_port ? "" : fmt::format("@{}", port),
                       tsig_key.empty() ? "" : " key " + tsig_key);
}

Result<ServerAddress> ServerAddress::from_text(std::string_view text) {
    ServerAddress server;
    std::string_view where = text;
    constexpr std::string_view key_word = " key ";
    if (const auto key = text.find(key_word); key != std::string_view::npos) {
        where = text.substr(0, key);
        server.tsig_key = text.substr(key + key_word.size());
        if (server.tsig_key.empty() || server.tsig_key.find(' ') != std::string::npos)
            return not_an_address(text, "names no key");
    }
    if (const auto at = where.find('@'); at != std::string_view::npos) {
        const auto port = port_from(where.substr(at + 1));
        if (!port)
            return not_an_address(text, "has no port from 1 to 65535 behind '@'");
        server.port = *port;
        where = where.substr(0, at);
    }
    const auto address = address_from(std::string(where));
    if (!address)
        return not_an_address(text, "is no IP address");
    server.address = *address;
    return server;
}

}  // namespace kaspar

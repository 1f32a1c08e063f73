#include "common/tokens/token_input.h"

#include <string_view>

#include "common/values/digest.h"

namespace kaspar::token {
namespace {

using namespace std::string_view_literals;

// DigestInfo up to the digest (RFC 8017 §9.2, note 1).
constexpr auto sha256_info =
    "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv;
constexpr auto sha512_info =
    "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"sv;

Bytes joined(std::string_view prefix, const Bytes& digest) {
    Bytes input(prefix.begin(), prefix.end());
    input.insert(input.end(), digest.begin(), digest.end());
    return input;
}

}  // namespace

Bytes token_input(Algorithm algorithm, BytesView message) {
    switch (algorithm) {
        case Algorithm::rsasha256:
            return joined(sha256_info, sha256(message));
        case Algorithm::rsasha512:
            return joined(sha512_info, sha512(message));
        case Algorithm::ecdsap256sha256:
            return sha256(message);
        case Algorithm::ecdsap384sha384:
            return sha384(message);
        default:  // SHA-1 signs nothing (RFC 9905)
            return {message.begin(), message.end()};
    }
}

}  // namespace kaspar::token
